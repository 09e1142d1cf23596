import { describe, expect, test } from "vitest";
import { SCENES } from "../../examples/demo/scenes";
import { playShow } from "../../examples/demo/show";
import type { StoryEvent } from "../../examples/demo/story";
import { type Run, runExample } from "./run-example";

const SUMMARY = "2 real agents found, 5 conversations, 0 surprises.";

describe("the demo", () => {
  let shared: Promise<Run> | undefined;
  const textRun = () => {
    shared ??= runExample("demo/main.ts");
    return shared;
  };

  test.concurrent("tells every scene with its outcome", async () => {
    const { code, stdout, stderr } = await textRun();

    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(outcomesIn(stdout)).toEqual([
      ["1. Who is writing to me?", "the second push: from Research Lead"],
      ["2. Who can I talk to?", expect.stringMatching(/^2 peers in /)],
      ["3. Where is one of them?", expect.stringMatching(/^found in /)],
      ["4. A question, a plain answer", expect.stringMatching(/^reply after 1 attempt, /)],
      ["5. A task, with artifacts", expect.stringMatching(/^reply after 1 attempt, /)],
      ["6. A peer that is restarting", expect.stringMatching(/^reply after 3 attempts, /)],
      ["7. A peer that is busy", expect.stringMatching(/^queued after 1 attempt, /)],
      ["8. A peer I may not talk to", expect.stringMatching(/^access_denied after 1 attempt, /)],
    ]);
    expect(stdout).toContain("file rfc-1.md (text/markdown, ");
    expect(stdout).toContain("DELEGATION FAILED to ");
    expect(stdout.trimEnd().split("\n").at(-1)).toBe(SUMMARY);
  });

  test.concurrent("uses no escape codes and no lines that change when it is not on a terminal", async () => {
    const { stdout } = await textRun();

    expect(stdout).not.toContain("\u001b");
    expect(stdout).not.toContain("\r");
  });

  test.concurrent("prints one JSON object per line with --json, and nothing else", async () => {
    const { code, stdout, stderr } = await runExample("demo/main.ts", "--json");

    expect(stderr).toBe("");
    expect(code).toBe(0);
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((line): StoryEvent & { at: string } => JSON.parse(line));
    expect(events.every(({ at }) => new Date(at).toISOString() === at)).toBe(true);
    expect(ended(events)).toEqual(SCENES.map(({ id, expected }) => [id, expected]));
    expect(events.filter(({ type }) => type === "attempt.failed")).toEqual([
      expect.objectContaining({ attempt: 1, code: "peer_unavailable", status: 503, delivery: "not-sent" }),
      expect.objectContaining({ attempt: 2, code: "peer_unavailable", status: 503, delivery: "not-sent" }),
    ]);
    expect(events.at(-1)).toMatchObject({ type: "demo.ended", surprises: 0, summary: SUMMARY });
  });

  test.concurrent.each([["--colour"], ["now"]])("refuses %s with its usage and code 2", async (argument) => {
    const { code, stdout, stderr } = await runExample("demo/main.ts", argument);

    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(argument);
    expect(stderr).toContain("Usage: npm run demo");
  });

  test.concurrent("prints its usage with --help", async () => {
    const { code, stdout } = await runExample("demo/main.ts", "--help");

    expect(code).toBe(0);
    expect(stdout).toContain("Usage: npm run demo");
  });

  test("goes on after a surprise, and does not hide it", async () => {
    const peers = SCENES.find(({ id }) => id === "peers");
    const broken = { id: "broken", title: "Broken", expected: "reply" };
    const scenes = [
      { ...broken, play: () => Promise.reject(new Error("the stage burns")) },
      { ...broken, play: () => Promise.resolve("queued") },
      ...(peers === undefined ? [] : [peers]),
    ];
    const events: StoryEvent[] = [];

    expect(await playShow(scenes, (event) => events.push(event))).toBe(false);

    expect(events.flatMap((event) => (event.type === "surprise" ? [event.reason] : []))).toEqual([
      "the stage burns",
      "expected reply, got queued",
    ]);
    expect(events.at(-1)).toMatchObject({
      summary: "2 real agents found, 0 conversations, 2 surprises.",
    });
  });
});

describe("the other examples", () => {
  test.concurrent("first-message.ts gets an answer from a practice platform", async () => {
    expect(await runExample("first-message.ts")).toEqual({
      code: 0,
      stdout: "Greeter: I greet. You said: “Hello! What can you do?”\n",
      stderr: "",
    });
  });

  test.concurrent("tool.ts lists, delegates and explains a wrong id", async () => {
    const { code, stdout, stderr } = await runExample("tool.ts");

    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("- Poet (id: ");
    expect(stdout).toContain("Roses are red, sockets are blue.");
    expect(stdout).toContain("DELEGATION FAILED to 'the poet'");
  });

  test.concurrent("testing-your-agent.ts passes its own tests", async () => {
    const { code, stdout, stderr } = await runExample("testing-your-agent.ts");

    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout.match(/^ok - /gm)).toHaveLength(4);
  });
});

/** The titles of a transcript, each with the last outcome under it. */
function outcomesIn(transcript: string): [title: string, outcome: string | undefined][] {
  const scenes: [string, string | undefined][] = [];
  for (const line of transcript.split("\n")) {
    if (/^\d+\. /.test(line)) scenes.push([line, undefined]);
    const scene = scenes.at(-1);
    const outcome = /^ +→ (.*)$/.exec(line)?.[1];
    if (scene !== undefined && outcome !== undefined) scene[1] = outcome;
  }
  return scenes;
}

function ended(events: readonly StoryEvent[]): [string, string][] {
  return events.flatMap((event): [string, string][] =>
    event.type === "scene.ended" ? [[event.scene, event.outcome]] : [],
  );
}
