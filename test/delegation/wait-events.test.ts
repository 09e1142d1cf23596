import type { WaitOptions } from "a2a-peers";
import { describe, expect, it, vi } from "vitest";
import { getInternals } from "../../src/client/internals";
import { createWaitPause } from "../../src/delegation/wait-pause";
import type { WorkspaceEventListener } from "../../src/event-stream/workspace-events";
import { startCall } from "../../src/transport/call";
import { heldClock, turns } from "../helpers/held-clock";
import { settled, type World, world } from "./helpers/world";

const SLOW = { timeout: 10_000 };
const STREAM = "GET /workspaces/:id/events/stream";
/** Polls that come only after the test. */
const RARE: WaitOptions = { pollIntervalMs: 120_000 };

const polls = ({ requests }: World) => requests("GET", "/delegations").length;
const streams = ({ requests }: World) => requests("GET", "/events/stream").length;
const isOpen = ({ client }: World) => {
  const { workspaceEvents, workspaces } = getInternals(client);
  return workspaceEvents.isOpen(workspaces.default);
};

/** A client on a held clock, and a peer that answers each task when the test says so. */
async function held() {
  const clock = heldClock();
  const answers: ((text: string) => void)[] = [];
  const all = await world({ clock, reply: () => new Promise<string>((resolve) => answers.push(resolve)) });
  async function delegate(): Promise<string> {
    const { delegationId } = await all.client.delegate(all.peer.id, "sort");
    await vi.waitFor(() => expect(answers.length).toBe(all.requests("POST", "/delegate").length), SLOW);
    return delegationId;
  }
  async function polled(count: number): Promise<void> {
    await vi.waitFor(() => expect(polls(all)).toBe(count), SLOW);
    await settled();
  }
  async function listening(): Promise<void> {
    await vi.waitFor(() => expect(streams(all)).toBe(1), SLOW);
    await settled();
  }
  return { ...all, clock, answers, delegate, polled, listening };
}

/** Advances the clock by the pause after an event, again and again, until the wait has ended. */
async function endSoon<T>({ clock }: Awaited<ReturnType<typeof held>>, pending: Promise<T>): Promise<T> {
  const start = clock.now();
  await vi.waitFor(
    async () => {
      await clock.advance(10);
      expect(await Promise.race([pending.then(() => true), turns(1)])).toBe(true);
    },
    { ...SLOW, interval: 1 },
  );
  expect(clock.now() - start).toBeLessThan(60_000);
  return pending;
}

describe("a wait beside the platform's event stream", () => {
  it.each([
    ["a result", (all: Awaited<ReturnType<typeof held>>) => all.answers[0]?.("ten"), "completed"],
    [
      "a failure",
      ({ platform }: World, id: string) => platform.finishDelegation(id, { error: "no" }),
      "failed",
    ],
  ])("polls as soon as the platform tells of %s", async (_, finish, status) => {
    const all = await held();
    const id = await all.delegate();
    const pending = all.client.waitForDelegation(id, RARE);
    await all.listening();
    await all.polled(1);
    finish(all, id);
    expect(await endSoon(all, pending)).toMatchObject({ status });
    expect(isOpen(all)).toBe(false);
  });

  it("opens no stream for a result that its second poll finds", async () => {
    const all = await held();
    const id = await all.delegate();
    const pending = all.client.waitForDelegation(id);
    await all.polled(1);
    all.answers[0]?.("ten");
    await settled();
    await all.clock.advance(3000);
    await vi.waitFor(() => expect(polls(all)).toBeGreaterThan(1), SLOW);
    expect((await pending).resultText).toBe("ten");
    expect(streams(all)).toBe(0);
  });

  it("opens one after its second poll by default", async () => {
    const all = await held();
    const id = await all.delegate();
    const pending = all.client.waitForDelegation(id);
    await all.polled(1);
    await all.clock.advance(3000);
    await all.polled(2);
    await all.listening();
    all.answers[0]?.("ten");
    await endSoon(all, pending);
  });

  it("listens from its start where a stream of the workspace is open, and leaves it open", async () => {
    const all = await held();
    const { workspaceEvents, workspaces } = getInternals(all.client);
    const other = workspaceEvents.subscribe(workspaces.default, { onEvent: () => {} });
    await all.listening();
    const id = await all.delegate();
    const pending = all.client.waitForDelegation(id);
    await all.polled(1);
    all.answers[0]?.("ten");
    await vi.waitFor(async () => {
      await all.clock.advance(10);
      expect(polls(all)).toBe(2);
    }, SLOW);
    expect(all.clock.now()).toBeLessThan(3000);
    await endSoon(all, pending);
    expect(streams(all)).toBe(1);
    expect(isOpen(all)).toBe(true);
    other.close();
  });

  it("shares its stream with other waits, and polls for its own delegation only", async () => {
    const all = await held();
    const first = all.client.waitForDelegation(await all.delegate(), RARE);
    const second = all.client.waitForDelegation(await all.delegate(), RARE);
    await all.listening();
    await all.polled(2);
    all.answers[0]?.("one");
    await endSoon(all, first);
    await all.clock.advance(10_000);
    expect(polls(all)).toBe(3);
    expect(isOpen(all)).toBe(true);
    all.answers[1]?.("two");
    await endSoon(all, second);
    expect(streams(all)).toBe(1);
    expect(isOpen(all)).toBe(false);
  });

  it.each([
    ["missing", { status: 404, body: { error: "not found" } }],
    ["refused", { status: 503 }],
    ["reset", { kind: "reset" }],
    ["stalled", { kind: "stall" }],
  ] as const)("polls at its pace where the stream is %s", async (_, fault) => {
    const all = await held();
    all.platform.fail(STREAM, fault);
    const id = await all.delegate();
    const pending = all.client.waitForDelegation(id, { pollIntervalMs: 60_000 });
    await all.listening();
    await all.polled(1);
    all.answers[0]?.("ten");
    await settled();
    await all.clock.advance(59_000);
    expect(polls(all)).toBe(1);
    await all.clock.advance(1000);
    expect((await pending).resultText).toBe("ten");
  });

  it("closes its stream when it is aborted", async () => {
    const all = await held();
    const controller = new AbortController();
    const pending = all.client.waitForDelegation(await all.delegate(), {
      ...RARE,
      signal: controller.signal,
    });
    const rejected = expect(pending).rejects.toBe("enough");
    await all.listening();
    controller.abort("enough");
    await rejected;
    expect(isOpen(all)).toBe(false);
  });
});

describe("the pause between two polls", () => {
  const ID = "d4100000-0000-4000-8000-000000000001";

  /** A pause whose events the test makes; records when each of its sleeps ends. */
  async function paused() {
    const all = await world();
    const clock = heldClock();
    const { call } = startCall(clock, 600_000, false, () => {});
    let listener: WorkspaceEventListener | undefined;
    const events = {
      ...getInternals(all.client).workspaceEvents,
      isOpen: () => true,
      subscribe(_: unknown, given: WorkspaceEventListener) {
        listener = given;
        return { isLive: true, close() {} };
      },
    };
    const source = getInternals(all.client).workspaces.default;
    const pause = createWaitPause({ delegationId: ID, call, events, source });
    const ends: number[] = [];
    return {
      clock,
      ends,
      sleep: (ms: number) => void pause.sleep(ms).then(() => ends.push(clock.now())),
      emit: (type: string, data: object) => listener?.onEvent({ type, data: { ...data } }),
    };
  }

  it("is short when an event came during the poll before it, and the next one is not", async () => {
    const { clock, ends, sleep, emit } = await paused();
    sleep(1000);
    await clock.advance(1000);
    emit("DELEGATION_COMPLETE", { delegation_id: ID.toUpperCase() });
    sleep(60_000);
    await clock.advance(200);
    sleep(60_000);
    await clock.advance(100_000);
    expect(ends).toEqual([1000, 1200, 61_200]);
  });

  it("is no longer than asked for, and one for many events", async () => {
    const { clock, ends, sleep, emit } = await paused();
    sleep(100);
    await clock.advance(50);
    for (let n = 0; n < 3; n += 1) emit("DELEGATION_STATUS", { delegation_id: ID, status: "completed" });
    await clock.advance(50);
    sleep(5000);
    await clock.advance(10_000);
    expect(ends).toEqual([100, 5100]);
  });

  it.each([
    ["DELEGATION_SENT", { delegation_id: ID }],
    ["DELEGATION_STATUS", { delegation_id: ID, status: "dispatched" }],
    ["DELEGATION_COMPLETE", {}],
    ["ACTIVITY_LOGGED", { activity_type: "delegation" }],
  ])("does not end for %s with %j", async (type, data) => {
    const { clock, ends, sleep, emit } = await paused();
    sleep(5000);
    emit(type, data);
    await clock.advance(10_000);
    expect(ends).toEqual([5000]);
  });
});
