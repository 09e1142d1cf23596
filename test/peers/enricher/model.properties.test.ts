import { setImmediate } from "node:timers/promises";
import type { PeerRecord } from "a2a-peers";
import fc from "fast-check";
import { expect, it } from "vitest";
import { errorOf, type Fakes, fakes, type Limits } from "./fakes";
import { Model, type Outcome } from "./model";
import { idOf } from "./world";

const PEERS = Array.from({ length: 7 }, (_, index) => idOf(index));
const LONGEST_PAUSE_MS = 5000;

const ERRORS = {
  missing: errorOf("peer_not_found"),
  away: errorOf("platform_error"),
  unauthorized: errorOf("unauthorized"),
  limited: errorOf("rate_limited", LONGEST_PAUSE_MS),
  shortlyLimited: errorOf("rate_limited", 2000),
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
const answer = fc.record({ nth: fc.nat(2), rows: fc.subarray(PEERS), role: fc.option(fc.nat(9)) });
const failure = fc.record({ nth: fc.nat(2), kind: fc.constantFrom(...Object.keys(ERRORS)) });
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ gets }) },
  { weight: 4, arbitrary: fc.record({ answer }) },
  { weight: 3, arbitrary: fc.record({ failure }) },
  { weight: 3, arbitrary: fc.record({ advance: fc.constantFrom(1, 500, 999, 1000, 2000, 5999, 6000) }) },
  { weight: 2, arbitrary: fc.record({ invalidate: peer }) },
  { weight: 2, arbitrary: fc.record({ listed: fc.record({ workspace, rows: fc.subarray(PEERS) }) }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Drives an enricher and its model side by side. */
class Pair {
  readonly model: Model;
  readonly real: Fakes;
  private version = 0;

  constructor(readonly limits: Limits) {
    this.model = new Model(limits);
    this.real = fakes(limits);
  }

  async take(step: Step): Promise<void> {
    if ("gets" in step) for (const { workspace, peer } of step.gets) this.get(workspace, peer);
    if ("advance" in step) await this.advance(step.advance);
    if ("answer" in step) this.answer(step.answer.nth, step.answer.rows, step.answer.role);
    if ("failure" in step) this.fail(step.failure.nth, step.failure.kind as keyof typeof ERRORS);
    if ("invalidate" in step) this.invalidate(step.invalidate);
    if ("listed" in step) this.listed(step.listed.workspace, step.listed.rows);
    await setImmediate();
    this.compare();
  }

  get(workspace: number, peer: number): void {
    const [source, id] = [this.workspaceId(workspace), PEERS[peer] as string];
    expect(this.real.enricher.get(id, { source })).toEqual(this.model.get(source, id));
    // The enricher begins when the moment is over, the model when it is told to.
    queueMicrotask(() => this.model.work());
  }

  async advance(ms: number): Promise<void> {
    await this.real.clock.advance(ms);
    this.model.advance(ms);
  }

  answer(any: number, rows: readonly string[], role: number | null): void {
    const nth = any % this.real.open.length;
    const open = this.real.open[nth];
    if (open === undefined) return;
    const ids = open.peerId === undefined ? rows : [open.peerId];
    const records = ids.map((id) => this.record(id, role));
    open.answer(records);
    this.model.end(nth, { kind: "records", records });
  }

  fail(any: number, kind: keyof typeof ERRORS): void {
    const nth = any % this.real.open.length;
    const open = this.real.open[nth];
    if (open === undefined) return;
    open.refuse(ERRORS[kind]);
    const pauseMs = ERRORS[kind].retryAfterMs;
    const outcome = pauseMs === undefined ? { kind } : { kind: "limited", pauseMs };
    this.model.end(nth, outcome as Outcome);
  }

  invalidate(peer: number): void {
    this.real.enricher.invalidate(PEERS[peer] as string);
    for (const { id } of this.real.workspaces) this.model.forget(id, PEERS[peer] as string);
  }

  listed(workspace: number, rows: readonly string[]): void {
    const own = this.real.workspaces[workspace];
    if (own === undefined) return;
    for (const id of rows) {
      const record = this.record(id, 1);
      this.real.cache.merge(own, record);
      this.model.learn(own.id, record);
    }
  }

  compare(): void {
    const { real, model } = this;
    expect(real.open.map(({ workspace, peerId }) => [workspace.id, peerId])).toEqual(
      model.open.map(({ workspace, question }) => [workspace, question?.peerId]),
    );
    const { cached, hits, misses, dropped } = model;
    const [inFlight, queued] = [model.open.length, model.waiting.length];
    expect(real.enricher.stats()).toEqual({ cached, queued, inFlight, hits, misses, dropped });
    expect(inFlight).toBeLessThanOrEqual(this.limits.workers);
    expect(queued).toBeLessThanOrEqual(this.limits.maxQueued);
    expect(cached).toBeLessThanOrEqual(this.limits.maxPeers);
  }

  /** Whatever happened before, the enricher comes to rest once everything is answered. */
  async finish(): Promise<void> {
    const settled = this.real.enricher.settled();
    await this.advance(LONGEST_PAUSE_MS);
    for (let round = 0; this.real.open.length > 0 || this.model.waiting.length > 0; round += 1) {
      expect(round).toBeLessThan(100);
      this.answer(0, PEERS, null);
      await setImmediate();
      // Longer than any gap between questions after a rate limit.
      await this.advance(30_000);
      await setImmediate();
    }
    await settled;
    this.compare();
    this.real.enricher.close();
    expect(this.real.clock.pending).toBe(0);
  }

  private workspaceId(index: number): string {
    return this.real.workspaces[index]?.id ?? "";
  }

  private record(id: string, role: number | null): PeerRecord {
    this.version += 1;
    return { id, name: `v${this.version}`, ...(role === null ? {} : { role: String(role) }) };
  }
}

it("the enricher does what a plain model of it does, whatever happens in whatever order", async () => {
  await fc.assert(
    fc.asyncProperty(limits, fc.array(step, { maxLength: 50 }), async (limits, steps) => {
      const pair = new Pair(limits);
      for (const step of steps) await pair.take(step);
      await pair.finish();
    }),
    { numRuns: 400 },
  );
});
