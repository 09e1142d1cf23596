import type { PeerRecord } from "a2a-peers";
import type { Limits } from "./fakes";

/** What a question led to: records, or a failure by what it tells. */
export type Outcome =
  | { kind: "records"; records: readonly PeerRecord[] }
  | { kind: "missing" | "away" | "unauthorized" }
  | { kind: "limited"; pauseMs: number };

interface Question {
  key: string;
  workspace: string;
  peerId: string;
  singly: boolean;
  outdated: boolean;
}

/** A request under way: for one peer, or the list of a workspace. */
export interface Request {
  workspace: string;
  question?: Question;
  /** Keys of the peers that were forgotten meanwhile. */
  forgotten: Set<string>;
}

/** At most `max` values; the one that was not used for longest goes. */
class Bounded<Value> {
  readonly values = new Map<string, Value>();
  constructor(readonly max: number) {}

  use(key: string): Value | undefined {
    const value = this.values.get(key);
    if (value !== undefined) this.put(key, value);
    return value;
  }

  put(key: string, value: Value): void {
    this.values.delete(key);
    this.values.set(key, value);
    const [oldest] = this.values.keys();
    if (this.values.size > this.max && oldest !== undefined) this.values.delete(oldest);
  }
}

/** What the enricher is documented to do, in the plainest words, one step at a time. */
export class Model {
  now = 0;
  dropped = 0;
  hits = 0;
  misses = 0;
  readonly waiting: Question[] = [];
  readonly open: Request[] = [];
  private readonly records: Bounded<{ record: PeerRecord; freshUntil: number }>;
  private readonly failures: Bounded<{ until: number }>;
  private readonly listedAt = new Map<string, number>();
  private pausedUntil: number | undefined;
  private gapMs = 0;

  constructor(private readonly limits: Limits) {
    this.records = new Bounded(limits.maxPeers);
    this.failures = new Bounded(limits.maxPeers);
  }

  get cached(): number {
    return this.records.values.size;
  }

  get(workspace: string, peerId: string): PeerRecord | null {
    const key = keyOf(workspace, peerId);
    const { record, settled } = this.look(key);
    if (settled || record !== null) this.hits += 1;
    else this.misses += 1;
    if (!settled) this.ask(key, workspace, peerId);
    return record;
  }

  /** A list of the user's own told this. */
  learn(workspace: string, record: PeerRecord): void {
    const key = keyOf(workspace, record.id);
    const merged = { ...this.records.values.get(key)?.record, ...record };
    this.records.put(key, { record: merged, freshUntil: this.now + this.limits.ttlMs });
    this.failures.values.delete(key);
  }

  forget(workspace: string, peerId: string): void {
    const key = keyOf(workspace, peerId);
    this.records.values.delete(key);
    this.failures.values.delete(key);
    for (const { question, forgotten } of this.open) {
      forgotten.add(key);
      if (question?.key === key) question.outdated = true;
    }
  }

  /** The request with this number is answered. */
  end(index: number, outcome: Outcome): void {
    const [request] = this.open.splice(index, 1);
    if (request?.question !== undefined) this.endOne(request.question, outcome);
    else if (request !== undefined) this.endList(request, outcome);
    this.work();
  }

  advance(ms: number): void {
    const target = this.now + ms;
    while (this.pausedUntil !== undefined && this.pausedUntil <= target) {
      this.now = this.pausedUntil;
      this.pausedUntil = undefined;
      this.work();
    }
    this.now = target;
  }

  /** Takes up as many questions as there are workers. */
  work(): void {
    while (this.pausedUntil === undefined && this.open.length < this.limits.workers) {
      const question = this.waiting.find(({ workspace }) => !this.isListing(workspace));
      if (question === undefined) break;
      if (this.look(question.key).settled) {
        this.remove(question);
        continue;
      }
      const { workspace } = question;
      if (this.wantsList(question)) this.open.push({ workspace, forgotten: new Set() });
      else {
        this.remove(question);
        this.open.push({ workspace, question, forgotten: new Set() });
      }
      // After a rate limit questions are asked one at a time.
      if (this.gapMs > 0) this.pausedUntil = this.now + this.gapMs;
    }
    if (this.waiting.length === 0 && this.open.length === 0) this.gapMs = 0;
  }

  private look(key: string): { record: PeerRecord | null; settled: boolean } {
    const known = this.records.use(key);
    if (known !== undefined && this.now < known.freshUntil) return { record: known.record, settled: true };
    const failure = this.failures.use(key);
    return { record: known?.record ?? null, settled: failure !== undefined && this.now < failure.until };
  }

  private ask(key: string, workspace: string, peerId: string): void {
    const known = [...this.waiting, ...this.open.map(({ question }) => question)];
    if (known.some((question) => question?.key === key && !question.outdated)) return;
    if (this.isFull) this.dropped += 1;
    else this.waiting.push({ key, workspace, peerId, singly: false, outdated: false });
  }

  private endOne(question: Question, outcome: Outcome): void {
    const [record] = outcome.kind === "records" ? outcome.records : [];
    if (record !== undefined) {
      if (!question.outdated) this.learn(question.workspace, record);
    } else if (outcome.kind === "limited") {
      this.pause(outcome.pauseMs);
      const newer = [...this.waiting, ...this.open.map((request) => request.question)];
      if (newer.some((each) => each !== undefined && each !== question && each.key === question.key)) return;
      if (this.isFull) {
        this.dropped += 1;
        this.giveUp(question, outcome.kind);
      } else this.waiting.push({ ...question, outdated: false });
    } else this.giveUp(question, outcome.kind);
  }

  private endList({ workspace, forgotten }: Request, outcome: Outcome): void {
    const asked = this.waiting.filter((question) => question.workspace === workspace);
    if (outcome.kind === "records") {
      this.listedAt.set(workspace, this.now);
      const records = outcome.records.filter(({ id }) => !forgotten.has(keyOf(workspace, id)));
      for (const record of records) this.learn(workspace, record);
      for (const question of asked) {
        const record = records.find(({ id }) => id === question.peerId);
        question.singly = record === undefined;
        if (record === undefined) continue;
        this.learn(workspace, record);
        this.remove(question);
      }
    } else if (outcome.kind === "missing") this.listedAt.set(workspace, this.now);
    else if (outcome.kind === "limited") this.pause(outcome.pauseMs);
    else for (const question of asked) this.giveUp(question, outcome.kind);
  }

  private giveUp(question: Question, cause: Outcome["kind"]): void {
    const { ttlMs, failureTtlMs } = this.limits;
    const quietMs = { missing: ttlMs, away: failureTtlMs }[cause as "missing" | "away"];
    if (quietMs !== undefined && !question.outdated) {
      this.failures.put(question.key, { until: this.now + quietMs });
    }
    this.remove(question);
    this.look(question.key);
  }

  private pause(ms: number): void {
    this.gapMs = Math.min(Math.max(2 * this.gapMs, 1000), 30_000);
    const until = this.now + Math.min(Math.max(ms, 1000), this.limits.ttlMs);
    this.pausedUntil = Math.max(until, this.pausedUntil ?? until);
  }

  private get isFull(): boolean {
    return this.waiting.length >= this.limits.maxQueued;
  }

  private wantsList({ workspace, singly }: Question): boolean {
    const several = this.waiting.filter((question) => question.workspace === workspace).length > 1;
    const last = this.listedAt.get(workspace) ?? Number.NEGATIVE_INFINITY;
    return several && !singly && this.now - last >= this.limits.failureTtlMs;
  }

  private isListing(workspace: string): boolean {
    return this.open.some((request) => request.question === undefined && request.workspace === workspace);
  }

  private remove(question: Question): void {
    const index = this.waiting.indexOf(question);
    if (index >= 0) this.waiting.splice(index, 1);
  }
}

const keyOf = (workspace: string, peerId: string): string => `${workspace}/${peerId}`;
