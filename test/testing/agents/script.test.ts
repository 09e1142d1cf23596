import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  agentFault,
  manualClock,
  type Reply,
  script,
  startPlatform,
  type TestPlatform,
  task,
} from "../../../src/testing/index";
import { messageBody, send } from "../helpers/exchange";

const clock = manualClock();
let platform: TestPlatform;
beforeEach(async () => {
  platform = await startPlatform({ clock });
});
afterEach(() => platform.close());

const answersOf = async (reply: Reply, count: number) => {
  const peer = platform.addWorkspace({ reply });
  const answers = [];
  for (let turn = 0; turn < count; turn += 1) {
    answers.push(await send(platform, null, peer, messageBody("hi", `m-${turn}`)));
  }
  return answers;
};
const textOf = (text: string) => ({ result: { parts: [{ kind: "text", text }] } });

describe("a scripted peer", () => {
  it("answers each message with the next step", async () => {
    const steps = ["one", ({ messageId }: { messageId: string }) => `heard ${messageId}`];
    const [first, second] = await answersOf(script(steps), 2);
    expect(first?.json).toMatchObject(textOf("one"));
    expect(second?.json).toMatchObject(textOf("heard m-1"));
  });

  it("works on a task, and finishes it", async () => {
    const steps = [task("submitted"), task("working", "half way"), task("completed", "42")];
    const answers = await answersOf(script(steps), 3);
    expect(answers.map(({ json }) => (json as { result: unknown }).result)).toMatchObject([
      { kind: "task", id: "task-1", status: { state: "submitted" } },
      { id: "task-1", status: { state: "working", message: { parts: [{ text: "half way" }] } } },
      { id: "task-1", status: { state: "completed" }, artifacts: [{ parts: [{ text: "42" }] }] },
    ]);
  });

  it("says by an error when it has no step left", async () => {
    const [, second] = await answersOf(script(["one"]), 2);
    expect(second?.json).toMatchObject({
      error: { message: "The script has 1 steps, and this is message 2" },
    });
  });

  it("may repeat its last step", async () => {
    const answers = await answersOf(script(["one", "two"], { repeatLast: true }), 3);
    expect(answers.map(({ text }) => text.includes('"two"'))).toEqual([false, true, true]);
  });

  it("needs a step", () => {
    expect(() => script([])).toThrow("Expected a script to have a step");
  });

  it.each([
    ["busy", 202, { queued: true }],
    [
      "restarting",
      503,
      { error: "workspace agent unreachable — container restart triggered", restarting: true },
    ],
    ["cut", 502, { error: "failed to read agent response", delivery_confirmed: true }],
  ] as const)("may be %s, and answer the next message", async (kind, status, json) => {
    const [first, second] = await answersOf(script([agentFault(kind), "here"]), 2);
    expect(first).toMatchObject({ status, json });
    expect(second?.json).toMatchObject(textOf("here"));
  });

  it("may be silent until the idle timeout", async () => {
    const peer = platform.addWorkspace({ reply: script([agentFault("silent")]) });
    const answer = send(platform, null, peer);
    while (peer.received.length === 0) await new Promise(setImmediate);
    await clock.advance(300_000);
    expect(await answer).toMatchObject({ status: 202, json: { queued: true } });
  });
});

it("a result that looks like a fault is a result", async () => {
  const [answer] = await answersOf(() => ({ agentFault: "busy" }), 1);
  expect(answer?.json).toMatchObject({ result: { agentFault: "busy" } });
});
