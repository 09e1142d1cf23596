import { promises } from "node:fs";
import { appendFile, lstat, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createResultsJournal } from "../../src/results/results-journal";
import { createMemoryFile } from "../../src/storage/claimed-file";
import { scratchFolder } from "../helpers/scratch-folder";
import { watched } from "./helpers/polled";
import { done } from "./helpers/rows";
import { EIGHT_KEYS, idOf, takeFile } from "./scripts/reader";
import { ids, inboxOver, lineOf, type OpenInbox, result, results, waitingIn } from "./scripts/stores";

afterEach(() => void vi.restoreAllMocks());

const MEBIBYTE = 1024 * 1024;
const modeOf = async (path: string) => (await lstat(path)).mode & 0o777;

async function openInbox(folder?: string): Promise<OpenInbox> {
  const inbox = inboxOver(folder ?? (await scratchFolder()));
  await inbox.open();
  await inbox.skip([]);
  return inbox;
}

describe("delivering", () => {
  it("writes one line with eight keys for each result, in order", async () => {
    const inbox = await openInbox();
    await inbox.append([
      result("a", { summary: "two\nlines" }),
      result("b", { status: "failed", error: "no" }),
    ]);
    await inbox.append(results(["c"]));
    const lines = await takeFile(inbox.path);
    expect(lines.map(idOf)).toEqual(["a", "b", "c"]);
    for (const line of lines) expect(Object.keys(JSON.parse(line))).toEqual(EIGHT_KEYS);
    expect(JSON.parse(String(lines[0]))).toEqual(result("a", { summary: "two\nlines" }));
  });

  it("keeps the journal from everybody else", async () => {
    const inbox = await openInbox();
    await inbox.append(results(["a"]));
    expect(await modeOf(inbox.journalPath)).toBe(0o600);
    expect(await modeOf(inbox.path)).toBe(0o600);
  });

  it("passes over what was delivered, skipped, or is there twice", async () => {
    const inbox = await openInbox();
    await inbox.skip(["old"]);
    await inbox.append(results(["a"]));
    await inbox.append(results(["old", "a", "b", "b"]));
    expect((await takeFile(inbox.path)).map(idOf)).toEqual(["a", "b"]);
    await inbox.append(results(["old", "a", "b"]));
    expect(await takeFile(inbox.path)).toEqual([]);
  });

  it("is remembered by whoever comes next, whether anybody has read it or not", async () => {
    const folder = await scratchFolder();
    const before = await openInbox(folder);
    await before.append(results(["a"]));
    await takeFile(before.path);
    await before.append(results(["b"]));
    const after = await openInbox(folder);
    await after.append(results(["a", "b", "c"]));
    expect((await takeFile(after.path)).map(idOf)).toEqual(["b", "c"]);
  });

  it("remembers no more than the latest 500, in order", async () => {
    const inbox = await openInbox();
    for (let from = 0; from < 1200; from += 50) await inbox.append(results(ids(50, "d-", from)));
    expect(inbox.state.seen).toEqual(ids(500, "d-", 700));
    const stored = JSON.parse(await readFile(inbox.journalPath, "utf8"));
    expect(stored.seen).toEqual(ids(500, "d-", 700));
    expect(stored.unannounced).toHaveLength(500);
  });

  it("remembers nothing that could not be written", async () => {
    const inbox = await openInbox();
    const opens = vi.spyOn(promises, "open").mockRejectedValue(new Error("ENOSPC: no space left on device"));
    await expect(inbox.append(results(["a"]))).rejects.toThrow("ENOSPC");
    opens.mockRestore();
    expect(inbox.state.seen).toEqual([]);
    await inbox.append(results(["a"]));
    expect((await takeFile(inbox.path)).map(idOf)).toEqual(["a"]);
  });

  it("shows nobody what could not be remembered, until it can", async () => {
    const inbox = await openInbox();
    vi.spyOn(inbox.journal, "store").mockRejectedValueOnce(new Error("ENOSPC: no space left on device"));
    await expect(inbox.append(results(["a"]))).rejects.toThrow("ENOSPC");
    expect(await takeFile(inbox.path)).toEqual([]);
    expect(inbox.state.seen).toEqual([]);
    expect((await inbox.open()).recovered).toEqual([]);
    await inbox.append(results(["a"]));
    expect((await takeFile(inbox.path)).map(idOf)).toEqual(["a"]);
  });
});

describe("what a killed process had taken", () => {
  it("comes back, and only what nobody had delivered is told of", async () => {
    const folder = await scratchFolder();
    const before = await openInbox(folder);
    await before.append(results(["a"]));
    await before.completeWakeUp(["a"]);
    await rename(before.path, `${before.path}.claim`);
    await appendFile(`${before.path}.claim`, `${lineOf("b")}\n`);

    const after = inboxOver(folder);
    expect(await after.open()).toEqual({ isFirst: false, recovered: results(["b"]) });
    expect(after.state.seen).toEqual(["a", "b"]);
    expect(after.state.unannounced.map(({ id }) => id)).toEqual(["b"]);
    expect((await takeFile(after.path)).map(idOf)).toEqual(["a", "b"]);
    expect(await after.open()).toEqual({ isFirst: false, recovered: [] });
  });

  it("comes back before anything is acknowledged", async () => {
    const folder = await scratchFolder();
    const before = await openInbox(folder);
    await before.append(results(["a", "b"]));
    await rename(before.path, `${before.path}.claim`);
    const after = inboxOver(folder);
    await after.acknowledge(new Set(["a"]));
    expect((await takeFile(after.path)).map(idOf)).toEqual(["b"]);
  });
});

describe("a file nobody ever reads", { timeout: 60_000 }, () => {
  it("is bounded by 4 MiB over 100,000 results: the latest are kept, and what made room is counted", async () => {
    const inbox = await openInbox();
    const COUNT = 100_000;
    const BATCH = 2500;
    let largest = 0;
    for (let from = 0; from < COUNT; from += BATCH) {
      await inbox.append(results(ids(BATCH, "d-", from)));
      largest = Math.max(largest, (await stat(inbox.path)).size);
    }
    const waiting = await waitingIn(inbox);
    expect(largest).toBeLessThanOrEqual(4 * MEBIBYTE);
    expect(waiting).toEqual(ids(waiting.length, "d-", COUNT - waiting.length));
    expect(waiting.length).toBeGreaterThan(8000);
    expect(inbox.dropped.reduce((sum, each) => sum + each, 0)).toBe(COUNT - waiting.length);
    expect(inbox.state.seen).toEqual(ids(500, "d-", COUNT - 500));
    expect((await stat(inbox.journalPath)).size).toBeLessThan(MEBIBYTE);
  });

  it("tells how many had to make room", async () => {
    const me = await watched();
    await me.begin();
    const foreign = Array.from({ length: 4100 }, (_, index) => lineOf(`f-${index}`).padEnd(1023));
    await writeFile(join(me.folder, "delegation_results.jsonl"), `${foreign.join("\n")}\n`);
    await me.next(done("latest"));
    const [event, ...more] = me.told("delegations.dropped");
    expect(more).toEqual([]);
    const waiting = await me.waiting();
    expect(waiting.at(-1)).toBe("latest");
    expect(event?.count).toBe(4101 - waiting.length);
  });
});

describe("reading", () => {
  it("passes over lines that hold no result, and leaves them for other readers", async () => {
    const inbox = await openInbox();
    const foreign = [
      '{"torn":',
      "not json",
      "[]",
      "null",
      "{}",
      '{"delegation_id":7}',
      '{"delegation_id":"a","x":1}',
    ];
    await writeFile(inbox.path, `${foreign.join("\n")}\n{"delegation_id":"cu`);
    await inbox.append(results(["b"]));
    expect(await waitingIn(inbox)).toEqual(["a", "b"]);
    expect((await inbox.read())[0]).toEqual({
      delegation_id: "a",
      target_id: "",
      source_id: "",
      status: "",
      summary: "",
      response_preview: "",
      error: "",
      timestamp: 0,
    });
    await inbox.acknowledge(new Set(["a", "b"]));
    const left = await takeFile(inbox.path);
    expect(left).toEqual([...foreign.slice(0, -1), '{"delegation_id":"cu']);
  });

  it("takes nothing away", async () => {
    const inbox = await openInbox();
    await inbox.append(results(["a", "b"]));
    expect(await waitingIn(inbox)).toEqual(["a", "b"]);
    expect(await waitingIn(inbox)).toEqual(["a", "b"]);
    expect((await takeFile(inbox.path)).map(idOf)).toEqual(["a", "b"]);
    expect(await waitingIn(inbox)).toEqual([]);
  });
});

describe("acknowledging", () => {
  it("takes away what is named and nothing else, for readers of the file as well", async () => {
    const inbox = await openInbox();
    await inbox.append(results(["a", "b", "c"]));
    await inbox.acknowledge(new Set(["b", "unknown"]));
    expect(await waitingIn(inbox)).toEqual(["a", "c"]);
    expect((await takeFile(inbox.path)).map(idOf)).toEqual(["a", "c"]);
    await inbox.append(results(["a", "b", "c"]));
    expect(await waitingIn(inbox)).toEqual([]);
  });

  it("while a delivery is under way loses neither, in whatever order", async () => {
    const inbox = await openInbox();
    await inbox.append(results(ids(20)));
    await Promise.all(
      ids(20).flatMap((id, index) => [
        inbox.acknowledge(new Set([id])),
        inbox.append(results([`later-${index}`])),
        inbox.read(),
      ]),
    );
    expect(await waitingIn(inbox)).toEqual(ids(20, "later-"));
  });

  it("works while no heartbeat is started, and keeps the rule of the first start", async () => {
    const me = await watched({ rows: [done("old")] });
    await writeFile(join(me.folder, "delegation_results.jsonl"), `${lineOf("x")}\n${lineOf("y")}\n`);
    await me.heartbeat.results.acknowledge(["x"]);
    expect(await me.waiting()).toEqual(["y"]);
    await me.begin();
    await me.next(done("new"), done("old"));
    expect(await me.waiting()).toEqual(["y", "new"]);
  });

  it("works again after the heartbeat has stopped, and hinders no other one", async () => {
    const me = await watched();
    await me.begin();
    await me.next(done("b"), done("a"));
    await me.heartbeat.results.acknowledge(["a"]);
    await me.heartbeat.stop();
    await me.heartbeat.results.acknowledge(["b"]);
    expect(await me.waiting()).toEqual([]);
    const other = await watched({ folder: me.folder });
    await other.begin();
    await other.next(done("c"), done("b"), done("a"));
    expect(await other.waiting()).toEqual(["c"]);
    expect(other.told("delegations.store_failed")).toEqual([]);
  });
});

describe("without a file system", () => {
  it("delivers, reads and acknowledges in memory", async () => {
    const options = { file: createMemoryFile(), journal: createResultsJournal(undefined) };
    const inbox = inboxOver("/nowhere", options);
    await expect(inbox.open()).resolves.toEqual({ isFirst: true, recovered: [] });
    await inbox.append(results(["a", "b"]));
    await inbox.acknowledge(new Set(["a"]));
    await inbox.append(results(["a", "b", "c"]));
    expect(await waitingIn(inbox)).toEqual(["b", "c"]);
  });
});

/** Lets the process die, as far as the disk can tell, at its `n`th change from now: nothing more reaches the disk. */
function dieAt(n: number, moment: "before" | "after"): void {
  let changes = 0;
  let dead = false;
  for (const name of ["open", "rename", "rm", "mkdir"] as const) {
    const original = promises[name] as (...given: unknown[]) => Promise<unknown>;
    vi.spyOn(promises, name).mockImplementation((async (...given: unknown[]) => {
      // Opening to read changes nothing.
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
  inbox: OpenInbox;
  finished: string[];
  foreign: string[];
  received: string[];
}

type Command = fc.AsyncCommand<Model, Real>;

const listed = ({ finished }: Real) => results(finished.slice(-50));

async function take(real: Real): Promise<void> {
  for (const line of await takeFile(real.inbox.path))
    if (!line.includes("torn")) real.received.push(idOf(line));
}

async function restart(real: Real): Promise<void> {
  real.inbox = inboxOver(real.folder);
  await real.inbox.open();
  await real.inbox.append(listed(real));
}

/** Everything is with a reader or waits, once; what waits is in order. */
async function check(real: Real): Promise<void> {
  const waiting = await waitingIn(real.inbox);
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
  await appendFile(real.inbox.path, `{"torn":\n${lineOf(id)}\n`);
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
      await real.inbox.append(listed(real));
    }),
  ),
  fc.constant(command("take the file", (_, real) => take(real))),
  fc.integer({ min: 0, max: 3 }).map((count) =>
    command(`acknowledge ${count}`, async (_, real) => {
      const taken = (await waitingIn(real.inbox)).slice(0, count);
      await real.inbox.acknowledge(new Set(taken));
      real.received.push(...taken);
    }),
  ),
  fc.constant(
    command("acknowledge while delivering", async (model, real) => {
      const taken = (await waitingIn(real.inbox)).slice(-2);
      finish(model, real, 2);
      const work = [real.inbox.append(listed(real)), real.inbox.acknowledge(new Set(taken))];
      await Promise.all(work);
      real.received.push(...taken);
    }),
  ),
  fc.constant(command("restart", (_, real) => restart(real))),
  fc.constant(command("another writes", (_, real) => writeForeign(real))),
  fc.constant(
    command("another writes while we do", async (model, real) => {
      finish(model, real, 1);
      const { store } = real.inbox.journal;
      const spy = vi.spyOn(real.inbox.journal, "store").mockImplementationOnce(async (next) => {
        await writeForeign(real);
        await store(next);
      });
      await real.inbox.append(listed(real));
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
          await real.inbox.append(listed(real)).catch(() => {});
          vi.restoreAllMocks();
          if (read) await take(real);
          await restart(real);
        },
      ),
    ),
  fc.record({ ...step, read: fc.boolean() }).map(({ n, moment, read }) =>
    command(`die ${moment} change ${n} of acknowledging${read ? ", read" : ""}`, async (_, real) => {
      const taken = (await waitingIn(real.inbox)).slice(0, 2);
      dieAt(n, moment);
      await real.inbox.acknowledge(new Set(taken)).catch(() => {});
      vi.restoreAllMocks();
      if (read) await take(real);
      await restart(real);
      // Whoever did not learn that it worked does it again.
      await real.inbox.acknowledge(new Set(taken));
      real.received.push(...taken.filter((id) => !real.received.includes(id)));
    }),
  ),
  fc.record(step).map(({ n, moment }) =>
    command(`die ${moment} change ${n} of putting in order`, async (model, real) => {
      finish(model, real, 1);
      dieAt(5, "before");
      await real.inbox.append(listed(real)).catch(() => {});
      vi.restoreAllMocks();
      dieAt(n, moment);
      await inboxOver(real.folder)
        .open()
        .catch(() => {});
      vi.restoreAllMocks();
      await restart(real);
    }),
  ),
];

describe("whatever happens in whatever order", { timeout: 60_000 }, () => {
  it("every result reaches a reader exactly once, whole and in order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands(commands, { maxCommands: 25 }), async (sequence) => {
        const folder = await scratchFolder();
        const inbox = await openInbox(folder);
        await fc.asyncModelRun(
          () => ({ model: { count: 0 }, real: { folder, inbox, finished: [], foreign: [], received: [] } }),
          sequence,
        );
      }),
      { numRuns: 40 },
    );
  });

  it.each(["before", "after"] as const)(
    "dying %s any change of a delivery loses and repeats nothing",
    async (moment) => {
      const folder = await scratchFolder();
      const inbox = await openInbox(folder);
      const real: Real = { folder, inbox, finished: [], foreign: [], received: [] };
      const model = { count: 0 };
      for (let n = 1; n <= 9; n += 1) {
        for (const read of [false, true]) {
          finish(model, real, 2);
          dieAt(n, moment);
          await real.inbox.append(listed(real)).catch(() => {});
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
