import { promises } from "node:fs";
import { appendFile, lstat, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createResultsJournal } from "../../src/results/results-journal";
import { createMemoryFile } from "../../src/storage/claimed-file";
import { scratchFolder } from "../helpers/scratch-folder";
import { startFixture } from "./helpers/polling-fixture";
import { idOf, RESULT_KEYS, takeFile } from "./helpers/reader";
import { done } from "./helpers/rows";
import { createStoreOn, ids, lineOf, result, results, type TestStore, waitingIn } from "./helpers/stores";

afterEach(() => void vi.restoreAllMocks());

const MEBIBYTE = 1024 * 1024;
const modeOf = async (path: string) => (await lstat(path)).mode & 0o777;

async function openStore(folder?: string): Promise<TestStore> {
  const store = createStoreOn(folder ?? (await scratchFolder()));
  await store.open();
  await store.skip([]);
  return store;
}

describe("delivering", () => {
  it("writes one line with eight keys for each result, in order", async () => {
    const store = await openStore();
    await store.append([
      result("a", { summary: "two\nlines" }),
      result("b", { status: "failed", error: "no" }),
    ]);
    await store.append(results(["c"]));
    const lines = await takeFile(store.path);
    expect(lines.map(idOf)).toEqual(["a", "b", "c"]);
    for (const line of lines) expect(Object.keys(JSON.parse(line))).toEqual(RESULT_KEYS);
    expect(JSON.parse(String(lines[0]))).toEqual(result("a", { summary: "two\nlines" }));
  });

  it("writes both files with mode 0600", async () => {
    const store = await openStore();
    await store.append(results(["a"]));
    expect(await modeOf(store.journalPath)).toBe(0o600);
    expect(await modeOf(store.path)).toBe(0o600);
  });

  it("ignores what was delivered, was skipped, or comes twice", async () => {
    const store = await openStore();
    await store.skip(["old"]);
    await store.append(results(["a"]));
    await store.append(results(["old", "a", "b", "b"]));
    expect((await takeFile(store.path)).map(idOf)).toEqual(["a", "b"]);
    await store.append(results(["old", "a", "b"]));
    expect(await takeFile(store.path)).toEqual([]);
  });

  it("is known to the next process, whether the results were read or not", async () => {
    const folder = await scratchFolder();
    const before = await openStore(folder);
    await before.append(results(["a"]));
    await takeFile(before.path);
    await before.append(results(["b"]));
    const after = await openStore(folder);
    await after.append(results(["a", "b", "c"]));
    expect((await takeFile(after.path)).map(idOf)).toEqual(["b", "c"]);
  });

  it("keeps the latest 2000 ids, in order", async () => {
    const store = await openStore();
    for (let from = 0; from < 2700; from += 100) await store.append(results(ids(100, "d-", from)));
    expect(store.state.seen).toEqual(ids(2000, "d-", 700));
    const stored = JSON.parse(await readFile(store.journalPath, "utf8"));
    expect(stored.seen).toEqual(ids(2000, "d-", 700));
    expect(stored.unannounced).toHaveLength(500);
  });

  it("changes nothing when the file cannot be written", async () => {
    const store = await openStore();
    const opens = vi.spyOn(promises, "open").mockRejectedValue(new Error("ENOSPC: no space left on device"));
    await expect(store.append(results(["a"]))).rejects.toThrow("ENOSPC");
    opens.mockRestore();
    expect(store.state.seen).toEqual([]);
    await store.append(results(["a"]));
    expect((await takeFile(store.path)).map(idOf)).toEqual(["a"]);
  });

  it("shows readers nothing until the journal is stored", async () => {
    const store = await openStore();
    vi.spyOn(store.journal, "store").mockRejectedValueOnce(new Error("ENOSPC: no space left on device"));
    await expect(store.append(results(["a"]))).rejects.toThrow("ENOSPC");
    expect(await takeFile(store.path)).toEqual([]);
    expect(store.state.seen).toEqual([]);
    expect((await store.open()).recovered).toEqual([]);
    await store.append(results(["a"]));
    expect((await takeFile(store.path)).map(idOf)).toEqual(["a"]);
  });
});

describe("the file that a killed process had claimed", () => {
  it("is recovered, and only what was not delivered is reported", async () => {
    const folder = await scratchFolder();
    const before = await openStore(folder);
    await before.append(results(["a"]));
    await before.completeWakeUp(["a"]);
    await rename(before.path, `${before.path}.claim`);
    await appendFile(`${before.path}.claim`, `${lineOf("b")}\n`);

    const after = createStoreOn(folder);
    expect(await after.open()).toEqual({ isFirst: false, recovered: results(["b"]) });
    expect(after.state.seen).toEqual(["a", "b"]);
    expect(after.state.unannounced.map(({ id }) => id)).toEqual(["b"]);
    expect((await takeFile(after.path)).map(idOf)).toEqual(["a", "b"]);
    expect(await after.open()).toEqual({ isFirst: false, recovered: [] });
  });

  it("is recovered before anything is acknowledged", async () => {
    const folder = await scratchFolder();
    const before = await openStore(folder);
    await before.append(results(["a", "b"]));
    await rename(before.path, `${before.path}.claim`);
    const after = createStoreOn(folder);
    await after.acknowledge(new Set(["a"]));
    expect((await takeFile(after.path)).map(idOf)).toEqual(["b"]);
  });
});

describe("a file that nobody reads", { timeout: 60_000 }, () => {
  it("stays within 4 MiB over 100,000 results: it keeps the latest and counts those it drops", async () => {
    const store = await openStore();
    const COUNT = 100_000;
    const BATCH = 2500;
    let largest = 0;
    for (let from = 0; from < COUNT; from += BATCH) {
      await store.append(results(ids(BATCH, "d-", from)));
      largest = Math.max(largest, (await stat(store.path)).size);
    }
    const waiting = await waitingIn(store);
    expect(largest).toBeLessThanOrEqual(4 * MEBIBYTE);
    expect(waiting).toEqual(ids(waiting.length, "d-", COUNT - waiting.length));
    expect(waiting.length).toBeGreaterThan(8000);
    expect(store.dropped.reduce((sum, each) => sum + each, 0)).toBe(COUNT - waiting.length);
    expect(store.state.seen).toEqual(ids(2000, "d-", COUNT - 2000));
    expect((await stat(store.journalPath)).size).toBeLessThan(MEBIBYTE);
  });

  it("emits how many results were dropped", async () => {
    const me = await startFixture();
    await me.begin();
    const foreign = Array.from({ length: 4100 }, (_, index) => lineOf(`f-${index}`).padEnd(1023));
    await writeFile(join(me.folder, "delegation_results.jsonl"), `${foreign.join("\n")}\n`);
    await me.next(done("latest"));
    const [event, ...more] = me.eventsOf("delegations.dropped");
    expect(more).toEqual([]);
    const waiting = await me.waiting();
    expect(waiting.at(-1)).toBe("latest");
    expect(event?.count).toBe(4101 - waiting.length);
  });
});

describe("reading", () => {
  it("ignores lines without a result, and leaves them for other readers", async () => {
    const store = await openStore();
    const foreign = [
      '{"torn":',
      "not json",
      "[]",
      "null",
      "{}",
      '{"delegation_id":7}',
      '{"delegation_id":"a","x":1}',
    ];
    await writeFile(store.path, `${foreign.join("\n")}\n{"delegation_id":"cu`);
    await store.append(results(["b"]));
    expect(await waitingIn(store)).toEqual(["a", "b"]);
    expect((await store.read())[0]).toEqual({
      delegation_id: "a",
      target_id: "",
      source_id: "",
      status: "",
      summary: "",
      response_preview: "",
      error: "",
      timestamp: 0,
    });
    await store.acknowledge(new Set(["a", "b"]));
    const left = await takeFile(store.path);
    expect(left).toEqual([...foreign.slice(0, -1), '{"delegation_id":"cu']);
  });

  it("removes nothing", async () => {
    const store = await openStore();
    await store.append(results(["a", "b"]));
    expect(await waitingIn(store)).toEqual(["a", "b"]);
    expect(await waitingIn(store)).toEqual(["a", "b"]);
    expect((await takeFile(store.path)).map(idOf)).toEqual(["a", "b"]);
    expect(await waitingIn(store)).toEqual([]);
  });
});

describe("acknowledging", () => {
  it("removes only these results, also for readers of the file", async () => {
    const store = await openStore();
    await store.append(results(["a", "b", "c"]));
    await store.acknowledge(new Set(["b", "unknown"]));
    expect(await waitingIn(store)).toEqual(["a", "c"]);
    expect((await takeFile(store.path)).map(idOf)).toEqual(["a", "c"]);
    await store.append(results(["a", "b", "c"]));
    expect(await waitingIn(store)).toEqual([]);
  });

  it("during deliveries loses no result, in any order", async () => {
    const store = await openStore();
    await store.append(results(ids(20)));
    await Promise.all(
      ids(20).flatMap((id, index) => [
        store.acknowledge(new Set([id])),
        store.append(results([`later-${index}`])),
        store.read(),
      ]),
    );
    expect(await waitingIn(store)).toEqual(ids(20, "later-"));
  });

  it("works before the heartbeat is started, which then still skips what is finished", async () => {
    const me = await startFixture({ rows: [done("old")] });
    await writeFile(join(me.folder, "delegation_results.jsonl"), `${lineOf("x")}\n${lineOf("y")}\n`);
    await me.heartbeat.results.acknowledge(["x"]);
    expect(await me.waiting()).toEqual(["y"]);
    await me.begin();
    await me.next(done("new"), done("old"));
    expect(await me.waiting()).toEqual(["y", "new"]);
  });

  it("works after the heartbeat has stopped, and does not block another one", async () => {
    const me = await startFixture();
    await me.begin();
    await me.next(done("b"), done("a"));
    await me.heartbeat.results.acknowledge(["a"]);
    await me.heartbeat.stop();
    await me.heartbeat.results.acknowledge(["b"]);
    expect(await me.waiting()).toEqual([]);
    const other = await startFixture({ folder: me.folder });
    await other.begin();
    await other.next(done("c"), done("b"), done("a"));
    expect(await other.waiting()).toEqual(["c"]);
    expect(other.eventsOf("delegations.store_failed")).toEqual([]);
  });
});

describe("without a file system", () => {
  it("delivers, reads and acknowledges in memory", async () => {
    const options = { file: createMemoryFile(), journal: createResultsJournal(undefined) };
    const store = createStoreOn("/nowhere", options);
    await expect(store.open()).resolves.toEqual({ isFirst: true, recovered: [] });
    await store.append(results(["a", "b"]));
    await store.acknowledge(new Set(["a"]));
    await store.append(results(["a", "b", "c"]));
    expect(await waitingIn(store)).toEqual(["b", "c"]);
  });
});

/** Makes the disk fail for good at its `n`th change from now, as if the process had died. */
function dieAt(n: number, moment: "before" | "after"): void {
  let changes = 0;
  let dead = false;
  for (const name of ["open", "rename", "rm", "mkdir"] as const) {
    const original = promises[name] as (...given: unknown[]) => Promise<unknown>;
    vi.spyOn(promises, name).mockImplementation((async (...given: unknown[]) => {
      // A file opened for reading is not changed.
      const changesIt = name !== "open" || (typeof given[1] === "number" && given[2] !== undefined);
      if (changesIt) changes += 1;
      if (dead || (changesIt && changes === n && moment === "before")) dead = true;
      if (dead) throw new Error("killed");
      const answer = await original(...given);
      if (changesIt && changes === n) {
        dead = true;
        if (name === "open") await (answer as promises.FileHandle).close();
        throw new Error("killed");
      }
      return answer;
    }) as never);
  }
}

interface Model {
  /** Delegations finished so far. */
  count: number;
}

interface Real {
  folder: string;
  store: TestStore;
  finished: string[];
  foreign: string[];
  received: string[];
}

type Command = fc.AsyncCommand<Model, Real>;

const listed = ({ finished }: Real) => results(finished.slice(-50));

async function take(real: Real): Promise<void> {
  for (const line of await takeFile(real.store.path))
    if (!line.includes("torn")) real.received.push(idOf(line));
}

async function restart(real: Real): Promise<void> {
  real.store = createStoreOn(real.folder);
  await real.store.open();
  await real.store.append(listed(real));
}

/** Each result was received or is in the file, once, and those in the file are in order. */
async function check(real: Real): Promise<void> {
  const waiting = await waitingIn(real.store);
  const all = [...real.received, ...waiting];
  expect([...all].sort()).toEqual([...real.finished, ...real.foreign].sort());
  const own = waiting.filter((id) => id.startsWith("d-"));
  expect(own).toEqual(real.finished.filter((id) => own.includes(id)));
}

function finish(model: Model, real: Real, count: number): void {
  real.finished.push(...ids(count, "d-", model.count));
  model.count += count;
}

let foreigners = 0;
async function writeForeign(real: Real): Promise<void> {
  foreigners += 1;
  const id = `f-${foreigners}`;
  await appendFile(real.store.path, `{"torn":\n${lineOf(id)}\n`);
  real.foreign.push(id);
}

const command = (name: string, run: (model: Model, real: Real) => Promise<void>): Command => ({
  check: () => true,
  toString: () => name,
  async run(model, real) {
    await run(model, real);
    await check(real);
  },
});

const step = {
  n: fc.integer({ min: 1, max: 9 }),
  moment: fc.constantFrom("before" as const, "after" as const),
};

const commands = [
  fc.integer({ min: 0, max: 5 }).map((count) =>
    command(`deliver ${count}`, async (model, real) => {
      finish(model, real, count);
      await real.store.append(listed(real));
    }),
  ),
  fc.constant(command("take the file", (_, real) => take(real))),
  fc.integer({ min: 0, max: 3 }).map((count) =>
    command(`acknowledge ${count}`, async (_, real) => {
      const taken = (await waitingIn(real.store)).slice(0, count);
      await real.store.acknowledge(new Set(taken));
      real.received.push(...taken);
    }),
  ),
  fc.constant(
    command("acknowledge while delivering", async (model, real) => {
      const taken = (await waitingIn(real.store)).slice(-2);
      finish(model, real, 2);
      const work = [real.store.append(listed(real)), real.store.acknowledge(new Set(taken))];
      await Promise.all(work);
      real.received.push(...taken);
    }),
  ),
  fc.constant(command("restart", (_, real) => restart(real))),
  fc.constant(command("another writes", (_, real) => writeForeign(real))),
  fc.constant(
    command("another writes during a delivery", async (model, real) => {
      finish(model, real, 1);
      const { store } = real.store.journal;
      const spy = vi.spyOn(real.store.journal, "store").mockImplementationOnce(async (next) => {
        await writeForeign(real);
        await store(next);
      });
      await real.store.append(listed(real));
      spy.mockRestore();
    }),
  ),
  fc
    .record({ ...step, count: fc.integer({ min: 1, max: 3 }), read: fc.boolean() })
    .map(({ n, moment, count, read }) =>
      command(
        `die ${moment} change ${n} of delivering ${count}${read ? ", read" : ""}`,
        async (model, real) => {
          finish(model, real, count);
          dieAt(n, moment);
          await real.store.append(listed(real)).catch(() => {});
          vi.restoreAllMocks();
          if (read) await take(real);
          await restart(real);
        },
      ),
    ),
  fc.record({ ...step, read: fc.boolean() }).map(({ n, moment, read }) =>
    command(`die ${moment} change ${n} of acknowledging${read ? ", read" : ""}`, async (_, real) => {
      const taken = (await waitingIn(real.store)).slice(0, 2);
      dieAt(n, moment);
      await real.store.acknowledge(new Set(taken)).catch(() => {});
      vi.restoreAllMocks();
      if (read) await take(real);
      await restart(real);
      // A caller whose acknowledgement failed repeats it.
      await real.store.acknowledge(new Set(taken));
      real.received.push(...taken.filter((id) => !real.received.includes(id)));
    }),
  ),
  fc.record(step).map(({ n, moment }) =>
    command(`die ${moment} change ${n} of a recovery`, async (model, real) => {
      finish(model, real, 1);
      dieAt(5, "before");
      await real.store.append(listed(real)).catch(() => {});
      vi.restoreAllMocks();
      dieAt(n, moment);
      await createStoreOn(real.folder)
        .open()
        .catch(() => {});
      vi.restoreAllMocks();
      await restart(real);
    }),
  ),
];

describe("any sequence of calls, deaths and foreign writes", { timeout: 60_000 }, () => {
  it("passes every result to a reader exactly once, whole and in order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands(commands, { maxCommands: 25 }), async (sequence) => {
        const folder = await scratchFolder();
        const store = await openStore(folder);
        await fc.asyncModelRun(
          () => ({ model: { count: 0 }, real: { folder, store, finished: [], foreign: [], received: [] } }),
          sequence,
        );
      }),
      { numRuns: 40 },
    );
  });

  it.each(["before", "after"] as const)(
    "loses and repeats nothing when the process dies %s any change of a delivery",
    async (moment) => {
      const folder = await scratchFolder();
      const store = await openStore(folder);
      const real: Real = { folder, store, finished: [], foreign: [], received: [] };
      const model = { count: 0 };
      for (let n = 1; n <= 9; n += 1) {
        for (const read of [false, true]) {
          finish(model, real, 2);
          dieAt(n, moment);
          await real.store.append(listed(real)).catch(() => {});
          vi.restoreAllMocks();
          if (read) await take(real);
          await restart(real);
          await check(real);
        }
      }
      await take(real);
      expect(real.received).toEqual(ids(36));
    },
  );
});
