import { createHeartbeat, type HeartbeatOptions } from "a2a-peers/heartbeat";
import { startPlatform } from "a2a-peers/testing";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createClientOn } from "../../src/client/client";
import { getInternals } from "../../src/client/internals";
import type { WorkspaceEventListener } from "../../src/event-stream/workspace-events";
import { createEventPolls } from "../../src/results/event-polls";
import { heldClock, turns } from "../helpers/held-clock";
import { scratchFolder } from "../helpers/scratch-folder";

const SLOW = { timeout: 10_000 };
/** Between two small steps of the clock real time passes, for the sockets. */
const STEPS = { ...SLOW, interval: 20 };
const STEP = 100;
const STREAM = "GET /workspaces/:id/events/stream";
/** The last poll soon after a delegation comes then, in milliseconds. */
const EARLY_POLLS_END = 10_000;

/** A heartbeat over sockets, on a clock that stands still, and a peer that answers each task when the test says so. */
async function setUp({ customFetch, ...options }: HeartbeatOptions & { customFetch?: typeof fetch } = {}) {
  const clock = heldClock();
  const platform = await startPlatform();
  onTestFinished(() => platform.close());
  const answers: ((text: string) => void)[] = [];
  const me = platform.addWorkspace({ name: "me", deliveryMode: "poll" });
  const peer = platform.addWorkspace({
    name: "peer",
    reply: () => new Promise<string>((resolve) => answers.push(resolve)),
  });
  const delivered: string[] = [];
  /** Codes of failed polls. */
  const failures: string[] = [];
  const client = createClientOn(clock, {
    platformUrl: platform.url,
    workspaceId: me.id,
    token: me.token ?? undefined,
    random: () => 0.5,
    fetch: customFetch,
    onEvent(event) {
      if (event.type === "delegations.delivered") delivered.push(...event.delegationIds);
      if (event.type === "delegations.look_failed") failures.push(event.code);
    },
  });
  onTestFinished(() => client.close());
  const heartbeat = createHeartbeat(client, {
    stateDir: await scratchFolder(),
    intervalMs: 60_000,
    ...options,
    delegations: options.delegations ?? { announce: false, notify: false },
  });
  const requestsTo = (ending: string) => platform.requests.filter(({ path }) => path.endsWith(ending));
  const { workspaceEvents, workspaces } = getInternals(client);
  async function polled(count: number): Promise<void> {
    await vi.waitFor(() => expect(requestsTo("/delegations")).toHaveLength(count), SLOW);
    // Until it has been processed.
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    clock,
    platform,
    me,
    client,
    heartbeat,
    answers,
    delivered,
    failures,
    polled,
    polls: () => requestsTo("/delegations").length,
    streams: () => requestsTo("/events/stream").length,
    isOpen: () => workspaceEvents.isOpen(workspaces.default),
    /** The stream is open at the platform too. */
    async listening(count = 1): Promise<void> {
      await vi.waitFor(() => expect(requestsTo("/events/stream")).toHaveLength(count), SLOW);
      await turns(20);
    },
    async delegate(): Promise<string> {
      const { delegationId } = await client.delegate(peer.id, "sort");
      await vi.waitFor(() => expect(answers).toHaveLength(requestsTo("/delegate").length), SLOW);
      return delegationId;
    },
    /** Starts, and delegates something that is not finished when all polls soon after it are made. */
    async startAwaiting(): Promise<string> {
      heartbeat.start();
      await polled(1);
      const id = await this.delegate();
      await vi.waitFor(async () => {
        await clock.advance(STEP);
        expect(requestsTo("/delegations").length).toBeGreaterThan(1);
      }, STEPS);
      await clock.advance(EARLY_POLLS_END - clock.now());
      return id;
    },
  };
}

describe("a heartbeat beside the platform's event stream", () => {
  it("delivers a result as soon as the platform tells of it, long before the next beat", async () => {
    const all = await setUp();
    const id = await all.startAwaiting();
    await all.listening();
    const before = all.polls();
    all.answers[0]?.("ten");
    await vi.waitFor(async () => {
      await all.clock.advance(STEP);
      expect(all.delivered).toEqual([id]);
    }, STEPS);
    // The next beat comes at 33 s.
    expect(all.clock.now()).toBeLessThan(30_000);
    expect(all.polls() - before).toBeLessThan(3);
  });

  it("makes few polls of many results", async () => {
    const all = await setUp();
    await all.startAwaiting();
    await all.listening();
    for (let n = 1; n < 20; n += 1) await all.delegate();
    const before = all.polls();
    for (const answer of all.answers) answer("ten");
    await vi.waitFor(async () => {
      await all.clock.advance(STEP);
      expect(all.delivered).toHaveLength(20);
    }, STEPS);
    expect(all.clock.now()).toBeLessThan(30_000);
    expect(all.polls() - before).toBeLessThan(5);
  });

  it("opens no stream without a delegation, and none for one that comes back at once", async () => {
    const all = await setUp();
    all.heartbeat.start();
    await all.polled(1);
    await all.delegate();
    all.answers[0]?.("ten");
    // Until the platform has it; the first poll comes after 2 s.
    await new Promise((resolve) => setTimeout(resolve, 200));
    await all.clock.advance(2000);
    await vi.waitFor(() => expect(all.delivered).toHaveLength(1), SLOW);
    await all.clock.advance(EARLY_POLLS_END);
    expect(all.streams()).toBe(0);
  });

  it("opens one at once for a delegation after which no early poll is made", async () => {
    const all = await setUp();
    all.heartbeat.start();
    await all.polled(1);
    await all.delegate();
    all.answers[0]?.("ten");
    // Until the platform has it; the first poll comes after 2 s.
    await new Promise((resolve) => setTimeout(resolve, 200));
    await all.clock.advance(2000);
    await vi.waitFor(() => expect(all.delivered).toHaveLength(1), SLOW);
    await all.clock.advance(EARLY_POLLS_END);
    expect(all.isOpen()).toBe(false);
    const before = all.polls();
    await all.delegate();
    expect(all.isOpen()).toBe(true);
    expect(all.polls()).toBe(before);
  });

  it("opens none when it delivers no results", async () => {
    const all = await setUp({ delegations: false });
    all.heartbeat.start();
    await all.delegate();
    await all.clock.advance(100_000);
    expect(all.streams()).toBe(0);
  });

  it("opens none over a fetch of the caller, which would keep the process alive", async () => {
    const all = await setUp({ customFetch: globalThis.fetch });
    await all.startAwaiting();
    expect(all.streams()).toBe(0);
  });

  it("closes it after a beat without anything to wait for, and when it stops", async () => {
    const all = await setUp();
    await all.startAwaiting();
    await all.listening();
    await all.heartbeat.stop();
    expect(all.isOpen()).toBe(false);
    all.heartbeat.start();
    await all.listening(2);
    all.answers[0]?.("ten");
    await vi.waitFor(async () => {
      await all.clock.advance(STEP);
      expect(all.delivered).toHaveLength(1);
    }, STEPS);
    expect(all.isOpen()).toBe(true);
    await vi.waitFor(async () => {
      await all.clock.advance(500);
      expect(all.isOpen()).toBe(false);
    }, STEPS);
  });

  it("polls after its beats where the platform has no stream", async () => {
    const all = await setUp();
    all.platform.fail(STREAM, { status: 404, body: { error: "not found" } });
    const id = await all.startAwaiting();
    await all.listening();
    all.answers[0]?.("ten");
    await turns(20);
    await all.clock.advance(15_000);
    expect(all.delivered).toEqual([]);
    await vi.waitFor(async () => {
      await all.clock.advance(500);
      expect(all.delivered).toEqual([id]);
    }, STEPS);
  });

  it("polls for no event while a rate limit is in force", async () => {
    const all = await setUp();
    await all.startAwaiting();
    await all.listening();
    const limited = {
      status: 429,
      headers: { "retry-after": "300" },
      body: { error: "rate limit exceeded" },
    };
    all.platform.fail("GET /workspaces/:id/delegations", limited, { times: 1 });
    await all.delegate();
    all.answers[0]?.("one");
    await vi.waitFor(async () => {
      await all.clock.advance(STEP);
      expect(all.failures).toEqual(["rate_limited"]);
    }, STEPS);
    const before = all.polls();
    all.answers[1]?.("two");
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (let second = 0; second < 200; second += 10) await all.clock.advance(10_000);
    expect(all.polls()).toBe(before);
    expect(all.failures).toEqual(["rate_limited"]);
  });
});

describe("an event", () => {
  /** Polls whose end the test decides, with events that it makes. */
  async function setUpEvents() {
    const { client } = await setUp();
    const { workspaceEvents, workspaces } = getInternals(client);
    const clock = heldClock();
    let listener: WorkspaceEventListener | undefined;
    let end = () => {};
    let count = 0;
    const polls = createEventPolls({
      events: {
        ...workspaceEvents,
        subscribe(_, given) {
          listener = given;
          return { isLive: true, close() {} };
        },
      },
      workspace: workspaces.default,
      clock,
      idle: () =>
        new Promise<void>((resolve) => {
          end = resolve;
        }),
      poll: () => {
        count += 1;
      },
    });
    polls.listen();
    polls.pollStarted();
    const emit = () => listener?.onEvent({ type: "DELEGATION_COMPLETE", data: {} });
    return { clock, polls, emit, end: () => end(), count: () => count };
  }

  it("during a poll starts one more when that one has ended", async () => {
    const { clock, emit, end, count } = await setUpEvents();
    for (let n = 0; n < 3; n += 1) emit();
    await clock.advance(60_000);
    expect(count()).toBe(0);
    end();
    await clock.advance(60_000);
    expect(count()).toBe(1);
  });

  it("is followed by a poll also where events keep coming", async () => {
    const { clock, emit, end, count } = await setUpEvents();
    await clock.advance(60_000);
    for (let n = 0; n < 10; n += 1) {
      emit();
      await clock.advance(100);
      end();
    }
    await turns(5);
    expect(count()).toBeGreaterThan(0);
  });

  it("starts none when another poll has begun since, or the heartbeat has stopped", async () => {
    for (const event of ["pollStarted", "stop"] as const) {
      const { clock, polls, emit, end, count } = await setUpEvents();
      emit();
      await clock.advance(60_000);
      polls[event]();
      end();
      await clock.advance(60_000);
      expect(count()).toBe(0);
    }
  });
});
