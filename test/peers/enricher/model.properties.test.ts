import { setImmediate } from "node:timers/promises";
import type { PeerRecord } from "a2a-peers";
import fc from "fast-check";
import { expect, it } from "vitest";
import { numberedId } from "../../helpers/ids";
import { createError, createFakes, type Fakes } from "./fakes";
import type { Limits } from "./limits";
import { createModel, type Outcome } from "./model";

const PEERS = Array.from({ length: 7 }, (_, index) => numberedId(index));
const LONGEST_PAUSE_MS = 5000;

const ERRORS = {
  missing: createError("peer_not_found"),
  unavailable: createError("platform_error"),
  undiscoverable: createError("peer_unavailable"),
  unauthorized: createError("unauthorized"),
  "rate-limited": createError("rate_limited", LONGEST_PAUSE_MS),
  "briefly rate-limited": createError("rate_limited", 2000),
};

const peer = fc.nat(PEERS.length - 1);
const workspace = fc.nat(1);
const limits: fc.Arbitrary<Limits> = fc.record({
  ttlMs: fc.constantFrom(6000, 20_000),
  failureTtlMs: fc.constantFrom(1000, 3000),
  maxPeers: fc.integer({ min: 1, max: 5 }),
  workers: fc.integer({ min: 1, max: 3 }),
  maxQueued: fc.integer({ min: 1, max: 5 }),
});

const gets = fc.array(fc.record({ workspace, peer }), { minLength: 1, maxLength: 5 });
const response = fc.record({ nth: fc.nat(2), rows: fc.subarray(PEERS), role: fc.option(fc.nat(9)) });
const failure = fc.record({ nth: fc.nat(2), kind: fc.constantFrom(...Object.keys(ERRORS)) });
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ gets }) },
  { weight: 4, arbitrary: fc.record({ response }) },
  { weight: 3, arbitrary: fc.record({ failure }) },
  { weight: 3, arbitrary: fc.record({ advance: fc.constantFrom(1, 500, 999, 1000, 2000, 5999, 6000) }) },
  { weight: 2, arbitrary: fc.record({ invalidate: peer }) },
  { weight: 2, arbitrary: fc.record({ userList: fc.record({ workspace, rows: fc.subarray(PEERS) }) }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Drives an enricher and its model side by side. */
function createPair(limits: Limits) {
  const model = createModel(limits);
  const real = createFakes(limits);
  let version = 0;

  function createRecord(id: string, role: number | null): PeerRecord {
    version += 1;
    return { id, name: `v${version}`, ...(role === null ? {} : { role: String(role) }) };
  }

  function get(workspace: number, peer: number): void {
    const [source, id] = [real.workspaces[workspace]?.id ?? "", PEERS[peer] as string];
    expect(real.enricher.get(id, { source })).toEqual(model.get(source, id));
    // The enricher starts requests in a microtask, the model when it is called.
    queueMicrotask(() => model.start());
  }

  async function advance(ms: number): Promise<void> {
    await real.clock.advance(ms);
    model.advance(ms);
  }

  function respond(any: number, rows: readonly string[], role: number | null): void {
    const nth = any % real.pending.length;
    const request = real.pending[nth];
    if (request === undefined) return;
    const ids = request.peerId === undefined ? rows : [request.peerId];
    const records = ids.map((id) => createRecord(id, role));
    request.resolve(records);
    model.end(nth, { kind: "records", records });
  }

  function fail(any: number, kind: keyof typeof ERRORS): void {
    const nth = any % real.pending.length;
    const request = real.pending[nth];
    if (request === undefined) return;
    request.reject(ERRORS[kind]);
    const { retryAfterMs } = ERRORS[kind];
    const outcome = retryAfterMs === undefined ? { kind } : { kind: "rate-limited", retryAfterMs };
    model.end(nth, outcome as Outcome);
  }

  function invalidate(peer: number): void {
    real.enricher.invalidate(PEERS[peer] as string);
    for (const { id } of real.workspaces) model.invalidate(id, PEERS[peer] as string);
  }

  function mergeUserList(index: number, rows: readonly string[]): void {
    const workspace = real.workspaces[index];
    if (workspace === undefined) return;
    for (const id of rows) {
      const record = createRecord(id, 1);
      real.cache.merge(workspace, record);
      model.merge(workspace.id, record);
    }
  }

  return {
    async take(step: Step): Promise<void> {
      if ("gets" in step) for (const { workspace, peer } of step.gets) get(workspace, peer);
      if ("advance" in step) await advance(step.advance);
      if ("response" in step) respond(step.response.nth, step.response.rows, step.response.role);
      if ("failure" in step) fail(step.failure.nth, step.failure.kind as keyof typeof ERRORS);
      if ("invalidate" in step) invalidate(step.invalidate);
      if ("userList" in step) mergeUserList(step.userList.workspace, step.userList.rows);
      await setImmediate();
      compare(real, model, limits);
    },
    /** Responds to all requests and expects the enricher to become idle. */
    async finish(): Promise<void> {
      const settled = real.enricher.settled();
      await advance(LONGEST_PAUSE_MS);
      for (let round = 0; real.pending.length > 0 || model.state.queued.length > 0; round += 1) {
        expect(round).toBeLessThan(100);
        respond(0, PEERS, null);
        await setImmediate();
        // The longest gap between requests after a 429.
        await advance(30_000);
        await setImmediate();
      }
      await settled;
      compare(real, model, limits);
      real.enricher.close();
      expect(real.clock.pending).toBe(0);
    },
  };
}

function compare(real: Fakes, { state }: ReturnType<typeof createModel>, limits: Limits): void {
  expect(real.pending.map(({ workspace, peerId }) => [workspace.id, peerId])).toEqual(
    state.running.map(({ workspace, job }) => [workspace, job?.peerId]),
  );
  const { hits, misses, dropped } = state;
  const [cached, queued, inFlight] = [state.records.size, state.queued.length, state.running.length];
  expect(real.enricher.stats()).toEqual({ cached, queued, inFlight, hits, misses, dropped });
  expect(inFlight).toBeLessThanOrEqual(limits.workers);
  expect(queued).toBeLessThanOrEqual(limits.maxQueued);
  expect(cached).toBeLessThanOrEqual(limits.maxPeers);
}

it("the enricher behaves like a model of it in any sequence of calls, responses and failures", async () => {
  await fc.assert(
    fc.asyncProperty(limits, fc.array(step, { maxLength: 50, size: "max" }), async (limits, steps) => {
      const pair = createPair(limits);
      for (const step of steps) await pair.take(step);
      await pair.finish();
    }),
    { numRuns: 1500 },
  );
});
