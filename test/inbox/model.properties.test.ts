import fc from "fast-check";
import { expect, it } from "vitest";
import { createClientOn } from "../../src/client/client";
import { getInternals } from "../../src/client/internals";
import type { InboxEvent } from "../../src/events";
import { createAsks } from "../../src/inbox/asks";
import { createConsumer } from "../../src/inbox/consumer";
import { createDeadLetters } from "../../src/inbox/dead-letters";
import { createEngine } from "../../src/inbox/engine";
import { boundLedger, EMPTY_LEDGER, type LedgerState, parseLedger } from "../../src/inbox/ledger";
import { resolveInboxOptions } from "../../src/inbox/resolve-options";
import type { InboxStorage } from "../../src/inbox/storage";
import { createMemoryLines } from "../../src/storage/append-file";
import { type HeldClock, heldClock } from "../helpers/held-clock";
import { textBody } from "./helpers/inbox";
import { createMemoryLog, type MemoryLog } from "./helpers/memory-log";

const OWN = "7b0e0000-0000-4000-8000-000000000001";
const SENDERS = [1, 2, 3].map((n) => `11111111-1111-4111-8111-00000000000${n}`);
const MAX_ATTEMPTS = 4;

type Step =
  | { kind: "message"; sender: number; failures: number; lateMs: number; isTwin: boolean }
  | { kind: "burst"; sender: number; count: number }
  | { kind: "other"; row: Record<string, unknown> }
  | { kind: "wait"; ms: number }
  | { kind: "fail"; count: number }
  | { kind: "prune" }
  | { kind: "crash" }
  | { kind: "stop" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("message" as const),
      sender: fc.nat(2),
      failures: fc.oneof(
        { weight: 4, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.nat(MAX_ATTEMPTS) },
      ),
      lateMs: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(8000) }),
      isTwin: fc.boolean(),
    }),
  },
  fc.record({
    kind: fc.constant("burst" as const),
    sender: fc.nat(2),
    count: fc.integer({ min: 50, max: 250 }),
  }),
  fc.record({
    kind: fc.constant("other" as const),
    row: fc.oneof(
      fc.constant({ method: "notify" }),
      fc.constant({ status: "error" }),
      fc.constant({ id: "no id" }),
      fc.constant({ created_at: 5 }),
      fc.constant({ method: "tasks/get" }),
    ),
  }),
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(40_000) }) },
  fc.record({ kind: fc.constant("fail" as const), count: fc.nat(5) }),
  fc.constant({ kind: "prune" as const }),
  { weight: 2, arbitrary: fc.constant({ kind: "crash" as const }) },
  fc.constant({ kind: "stop" as const }),
);

interface World {
  readonly clock: HeldClock;
  readonly log: MemoryLog;
  /** Attempts of each message that are still to fail. */
  readonly failures: Map<string, number>;
  readonly late: Set<string>;
  /** Ids in the order in which they were handed over. */
  readonly handled: { id: string; sender: string; attempt: number }[];
  readonly ended: Set<string>;
  readonly problems: string[];
  stored: LedgerState;
}

/** One process: what it has in memory ends with it. */
function startReader(world: World) {
  const { clock, log } = world;
  const client = createClientOn(clock, {
    platformUrl: "http://platform.test",
    workspaceId: OWN,
    token: "t",
    fetch: log.fetch,
    random: () => 0.5,
  });
  const internals = getInternals(client);
  const life = { isOver: false };
  const storage: InboxStorage = {
    acquire: async () => 1,
    load: async () => world.stored,
    async store(state) {
      // As JSON, so that nothing is shared with what is in memory.
      const stored = parseLedger(JSON.parse(JSON.stringify(boundLedger(state))));
      if (stored === undefined) world.problems.push("what was stored cannot be read");
      else if (!life.isOver) world.stored = stored;
    },
    deadLetters: createMemoryLines(),
    release: () => {},
  };
  const onEvent = (event: InboxEvent) => {
    if (life.isOver) return;
    if (event.type === "inbox.acknowledged" || event.type === "inbox.dead_letter") world.ended.add(event.id);
  };
  const options = resolveInboxOptions(internals, { concurrency: 2, maxAttempts: MAX_ATTEMPTS, onEvent });
  const engine = createEngine({ ...options, internals, storage, asks: createAsks() });
  const deadLetters = createDeadLetters(storage.deadLetters, OWN);
  const consumer = createConsumer({
    ...options,
    client,
    engine,
    deadLetters,
    clock,
    observer: undefined,
    random: () => 0.5,
  });
  const controller = new AbortController();
  engine.start();
  const { signal } = controller;
  const work = async () => {
    while (
      await consumer.handleNext(
        (message) => handle(world, life, message),
        signal,
        () => signal.aborted,
      )
    );
  };
  const working = [work(), work()];
  return {
    /** The process is killed. */
    crash() {
      life.isOver = true;
      controller.abort();
      void engine.stop();
      void client.close();
    },
    async stop() {
      controller.abort();
      engine.notify();
      await Promise.all(working);
      await engine.stop();
      await client.close();
    },
  };
}

type Handed = { id: string; attempt: number; from: { kind: string; id?: string } };

function handle(world: World, life: { isOver: boolean }, { id, attempt, from }: Handed): void {
  if (life.isOver) return;
  if (world.ended.has(id)) world.problems.push(`${id} was handed over after its end`);
  world.handled.push({ id, sender: from.id ?? "human", attempt });
  const failures = world.failures.get(id) ?? 0;
  if (failures === 0) return;
  world.failures.set(id, failures - 1);
  throw new Error("not yet");
}

function write(
  world: World,
  sender: number,
  failures: number,
  when: { lateMs: number; isTwin: boolean },
): void {
  const n = world.failures.size;
  const id = world.log.write({ source_id: SENDERS[sender], request_body: textBody(`m${n}`) }, when);
  world.failures.set(id, failures);
  if (when.lateMs > 0) world.late.add(id);
}

async function play(steps: readonly Step[]): Promise<World> {
  const clock = heldClock();
  const world: World = {
    clock,
    log: createMemoryLog(clock.now),
    failures: new Map(),
    late: new Set(),
    handled: [],
    ended: new Set(),
    problems: [],
    stored: EMPTY_LEDGER,
  };
  let reader = startReader(world);
  for (const next of steps) {
    if (next.kind === "message") write(world, next.sender, next.failures, next);
    if (next.kind === "burst") {
      for (let n = 0; n < next.count; n += 1)
        write(world, next.sender, 0, { lateMs: 0, isTwin: n % 3 === 0 });
    }
    if (next.kind === "other") world.log.write(next.row);
    if (next.kind === "wait") await clock.advance(next.ms);
    if (next.kind === "fail") world.log.failures = next.count;
    if (next.kind === "prune") world.log.prune((id) => world.ended.has(id) || !world.failures.has(id));
    if (next.kind === "crash") {
      reader.crash();
      reader = startReader(world);
    }
    if (next.kind === "stop") {
      await reader.stop();
      reader = startReader(world);
    }
  }
  world.log.failures = 0;
  for (let minute = 0; minute < 30 && world.ended.size < world.failures.size; minute += 1)
    await clock.advance(60_000);
  await reader.stop();
  return world;
}

/** Each sender's messages in the order of their first delivery, without those that were written late. */
function firstDeliveries({ handled, late }: World, sender: string): string[] {
  return [...new Set(handled.filter((each) => each.sender === sender).map(({ id }) => id))].filter(
    (id) => !late.has(id),
  );
}

it("ends every message once, in the order of its sender, whatever happens to rows, requests and processes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 30 }), async (steps) => {
      const world = await play(steps);
      expect(world.problems).toEqual([]);
      expect([...world.failures.keys()].filter((id) => !world.ended.has(id))).toEqual([]);
      if (world.late.size > 0) return;
      for (const sender of SENDERS) {
        const ids = firstDeliveries(world, sender);
        expect(ids).toEqual([...ids].sort());
      }
    }),
    { numRuns: Number(process.env.A2A_PEERS_INBOX_RUNS ?? 60) },
  );
}, 120_000);
