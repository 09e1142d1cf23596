import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { numberedId } from "../../helpers/ids";
import { until } from "../../helpers/sockets-client";
import { createError, createFakes } from "./fakes";
import { DEFAULT_LIMITS, TTL_MS } from "./limits";
import { DISCOVER, flushSockets, setUp } from "./setup";

describe("a 429", () => {
  const LIMITED = { status: 429, headers: { "retry-after": "7" }, body: { error: "rate limit exceeded" } };

  it("pauses the whole queue for its `Retry-After`, then requests go on by themselves", async () => {
    const { enricher, platform, events, clock, requestPaths, addPeers } = await setUp({
      enricher: { workers: 1 },
    });
    const [first, ...others] = addPeers(3);
    platform.fail(DISCOVER, LIMITED, { times: 1 });
    enricher.get(first.id);
    await until(() => events.length === 1, "the 429 has been processed");
    for (const { id } of others) enricher.get(id);
    await clock.advance(6999);
    await flushSockets();
    expect(requestPaths()).toHaveLength(1);
    expect(enricher.stats()).toMatchObject({ queued: 3, inFlight: 0 });

    await clock.advance(1);
    await enricher.settled();
    for (const { id } of [first, ...others]) expect(enricher.get(id)).not.toBeNull();
    expect(events).toMatchObject([{ type: "enricher.failed", code: "rate_limited" }]);
  });

  it.each([
    { retryAfter: "absent", headers: {}, pauseMs: 1000 },
    { retryAfter: "0", headers: { "retry-after": "0" }, pauseMs: 1000 },
    { retryAfter: "a day", headers: { "retry-after": "86400" }, pauseMs: TTL_MS },
    { retryAfter: "invalid", headers: { "retry-after": "soon" }, pauseMs: 1000 },
  ])("whose `Retry-After` is $retryAfter pauses for $pauseMs ms", async ({ headers, pauseMs }) => {
    const { enricher, platform, events, clock, requestPaths, addPeer } = await setUp();
    const { id } = addPeer();
    platform.fail(DISCOVER, { ...LIMITED, headers: headers as Record<string, string> }, { times: 1 });
    enricher.get(id);
    await until(() => events.length === 1, "the 429 has been processed");
    await clock.advance(pauseMs - 1);
    await flushSockets();
    expect(requestPaths()).toHaveLength(1);
    await clock.advance(1);
    await enricher.settled();
    expect(enricher.get(id)).not.toBeNull();
  });

  it("does not requeue beyond `maxQueued`", async () => {
    const { enricher, pending } = createFakes({ ...DEFAULT_LIMITS, workers: 1, maxQueued: 1 });
    enricher.get(numberedId(1));
    await setImmediate();
    enricher.get(numberedId(2));
    pending[0]?.reject(createError("rate_limited", 1000));
    await setImmediate();
    expect(enricher.stats().queued).toBe(1);
  });

  it("does not shorten a longer pause", async () => {
    const { enricher, clock, pending } = createFakes(DEFAULT_LIMITS);
    for (const index of [1, 2]) {
      enricher.get(numberedId(index));
      await setImmediate();
    }
    pending[0]?.reject(createError("rate_limited", 60_000));
    await setImmediate();
    pending[0]?.reject(createError("rate_limited"));
    await clock.advance(59_999);
    expect(pending).toHaveLength(0);
    await clock.advance(1);
    expect(pending).toHaveLength(1);
  });

  it("spaces out later requests, more and more, until the queue is empty", async () => {
    const { enricher, clock, pending } = createFakes({ ...DEFAULT_LIMITS, failureTtlMs: 1_000_000 });
    const missing = createError("peer_not_found");
    for (const index of [1, 2, 3, 4]) enricher.get(numberedId(index));
    await setImmediate();
    // Without a list each peer is requested individually.
    pending[0]?.reject(missing);
    await setImmediate();
    pending[0]?.reject(createError("rate_limited", 5000));
    await setImmediate();
    pending[0]?.reject(missing);
    await setImmediate();

    const requestsAfter = async (ms: number) => {
      await clock.advance(ms);
      const count = pending.length;
      for (const request of [...pending]) request.reject(missing);
      await setImmediate();
      return count;
    };
    expect([
      await requestsAfter(4999),
      await requestsAfter(1),
      await requestsAfter(999),
      await requestsAfter(1),
    ]).toEqual([0, 1, 0, 1]);
    await requestsAfter(1000);
    await requestsAfter(1000);
    for (const index of [5, 6]) enricher.get(numberedId(index));
    await setImmediate();
    expect(pending).toHaveLength(2);
  });

  it("keeps the cached record, and resolves waiting calls after the pause", async () => {
    const { enricher, platform, events, clock, addPeer, load } = await setUp();
    const lead = addPeer({ name: "Lead" });
    await load(lead);
    await clock.advance(TTL_MS);
    platform.fail(DISCOVER, LIMITED, { times: 1 });
    const waiting = enricher.fetch(lead.id);
    await until(() => events.length === 1, "the 429 has been processed");
    expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
    await clock.advance(7000);
    expect(await waiting).toMatchObject({ name: "Lead" });
  });
});
