import { type A2AClient, type A2AClientOptions, type A2AError, createA2AClient, isA2AError } from "a2a-peers";
import { describe, expect, it, vi } from "vitest";
import { OWN, PEER, TOKEN } from "../helpers/ids";
import { type CountingPlatform, startCountingPlatform } from "./helpers/counting-platform";
import { patchHttpRequest } from "./helpers/proxy-agent";

// Only this public client, over real sockets, under saturation: what it says of delivery is held against what ran.

const PLACES = 64;
const LIMIT_MS = 150;

/** Every fourth answer comes later than the limit of an attempt. */
const someTooLate = (count: number): number => (count % 4 === 0 ? LIMIT_MS * 2 : 1 + (count % 13));

type Settled = { messageId: string } & ({ text: string } | { error: A2AError | unknown });

const client = (platform: CountingPlatform, options: A2AClientOptions = {}): A2AClient =>
  createA2AClient({
    platformUrl: platform.url,
    workspaceId: OWN,
    token: TOKEN,
    delivery: "at-most-once",
    ...options,
    retry: { maxAttempts: 3, baseDelayMs: 5, maxDelayMs: 20, ...options.retry },
    timeouts: { sendMs: LIMIT_MS, ...options.timeouts },
    limits: { maxConcurrentSends: PLACES, ...options.limits },
  });

async function sendOne(by: A2AClient, messageId: string, signal?: AbortSignal): Promise<Settled> {
  try {
    const { text } = await by.sendA2AMessage(PEER, "work", { messageId, signal });
    return { messageId, text };
  } catch (error) {
    return { messageId, error };
  }
}

const sendMany = (by: readonly A2AClient[], count: number, signalOf?: (index: number) => AbortSignal) =>
  Promise.all(
    Array.from({ length: count }, (_, index) =>
      sendOne(by[index % by.length] as A2AClient, `message-${index}`, signalOf?.(index)),
    ),
  );

/** What may never happen, as lists of message ids that are to be empty. */
function violations({ runs }: CountingPlatform, settled: readonly Settled[]) {
  const ran = (id: string) => (runs.get(id) ?? 0) > 0;
  return {
    ranTwice: [...runs].filter(([, times]) => times > 1).map(([id]) => id),
    notSentButRan: settled
      .filter((each) => "error" in each && isA2AError(each.error) && each.error.delivery === "not-sent")
      .map(({ messageId }) => messageId)
      .filter(ran),
    mixedUp: settled.filter((each) => "text" in each && each.text !== each.messageId),
    answeredWithoutRun: settled.filter((each) => "text" in each && !ran(each.messageId)),
  };
}

const NONE = { ranTwice: [], notSentButRan: [], mixedUp: [], answeredWithoutRun: [] };

/** Every place of the pool can be used again, and closing leaves no socket behind. */
async function expectAllGivenBack(
  platform: CountingPlatform,
  clients: readonly A2AClient[],
  places = PLACES,
): Promise<void> {
  const last = await Promise.all(
    Array.from({ length: places }, (_, index) =>
      (clients[0] as A2AClient).sendA2AMessage(PEER, "work", { messageId: `last-${index}`, timeoutMs: 5000 }),
    ),
  );
  expect(last).toHaveLength(places);
  for (const each of clients) await each.close();
  await vi.waitFor(() => expect(platform.open).toBe(0));
}

describe("at most once, under saturation with answers later than the limit", () => {
  it("runs no task twice and calls none not-sent that ran, over plain connections", async () => {
    await using platform = await startCountingPlatform({ delayMs: someTooLate });
    const clients = [client(platform)];
    const settled = await sendMany(clients, 1000);
    expect(violations(platform, settled)).toEqual(NONE);
    await expectAllGivenBack(platform, clients);
  });

  it("does so over TLS", async () => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    await using platform = await startCountingPlatform({ tls: true, delayMs: someTooLate });
    // Handshakes cost more than all else, so there are few.
    const places = 16;
    const clients = [client(platform, { limits: { maxConcurrentSends: places } })];
    expect(violations(platform, await sendMany(clients, 120))).toEqual(NONE);
    await expectAllGivenBack(platform, clients, places);
  });

  it("does so where a replaced http.request hands over sockets that are connected already", async () => {
    await using platform = await startCountingPlatform({ delayMs: someTooLate });
    patchHttpRequest(platform.port);
    const clients = [client(platform)];
    expect(violations(platform, await sendMany(clients, 300))).toEqual(NONE);
    await expectAllGivenBack(platform, clients);
  });

  it("does so when callers abort at random moments", async () => {
    await using platform = await startCountingPlatform({ delayMs: someTooLate });
    const clients = [client(platform)];
    const signalOf = (index: number) => {
      const controller = new AbortController();
      if (index % 3 === 0) setTimeout(() => controller.abort(), (index * 7) % 400);
      return controller.signal;
    };
    expect(violations(platform, await sendMany(clients, 600, signalOf))).toEqual(NONE);
    await expectAllGivenBack(platform, clients);
  });

  it("does so with two clients that share one pool", async () => {
    await using platform = await startCountingPlatform({ delayMs: someTooLate });
    const clients = [client(platform), client(platform)];
    expect(violations(platform, await sendMany(clients, 600))).toEqual(NONE);
    await expectAllGivenBack(platform, clients);
  });
});

describe("a request that the platform has", () => {
  it("is not repeated when its time is over, in either delivery mode", async () => {
    await using platform = await startCountingPlatform({ delayMs: () => LIMIT_MS * 3 });
    for (const delivery of ["at-least-once", "at-most-once"] as const) {
      const by = client(platform, { delivery });
      const settled = await sendOne(by, delivery);
      expect(settled).toMatchObject({ error: { code: "timeout", delivery: "maybe", attempts: 1 } });
      await by.close();
    }
    expect([...platform.runs.values()]).toEqual([1, 1]);
  });

  it("is repeated after its time is over where the caller asked for that", async () => {
    await using platform = await startCountingPlatform({
      delayMs: (count) => (count === 1 ? LIMIT_MS * 3 : 1),
    });
    const by = client(platform, { delivery: "at-least-once", retry: { timeouts: true } });
    expect(await sendOne(by, "again")).toEqual({ messageId: "again", text: "again" });
    expect(platform.runs.get("again")).toBe(2);
    await by.close();
  });
});

describe("an answer that is here when its limit strikes", () => {
  it("is read, although the process was busy until after the limit", async () => {
    await using platform = await startCountingPlatform({ delayMs: () => 1 });
    const by = client(platform, { delivery: "at-least-once", timeouts: { sendMs: 300 } });
    await sendOne(by, "warm-up");
    const sent = sendOne(by, "late-loop");
    // The request goes out and is answered; then the process does nothing else until the limit is long over.
    await vi.waitFor(() => expect(platform.runs.get("late-loop")).toBe(1), { interval: 1 });
    const until = performance.now() + 700;
    while (performance.now() < until);
    expect(await sent).toEqual({ messageId: "late-loop", text: "late-loop" });
    expect(platform.runs.get("late-loop")).toBe(1);
    await by.close();
  });
});
