import { promises } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { createJournal } from "../../src/storage/journal";
import { scratchFolder } from "../helpers/scratch-folder";

interface Counter {
  readonly count: number;
}

const counterJournal = (path: string | undefined) =>
  createJournal<Counter>({
    path,
    version: 7,
    empty: { count: 0 },
    parse: ({ count }) => (typeof count === "number" ? { count } : undefined),
    bound: ({ count }) => ({ count: Math.min(count, 10) }),
  });

const filePath = async () => join(await scratchFolder(), "journal");

async function reopen(path: string) {
  const journal = counterJournal(path);
  return { found: await journal.open(), state: journal.state };
}

describe("a journal", () => {
  it("stores its version beside the fields of the bounded state", async () => {
    const path = await filePath();
    await counterJournal(path).store({ count: 12 });
    expect(JSON.parse(await readFile(path, "utf8"))).toEqual({ version: 7, count: 10 });
    expect(await reopen(path)).toEqual({ found: "kept", state: { count: 10 } });
  });

  it.each<[string, string]>([
    ["an earlier version", '{"version":6,"count":3}'],
    ["no version", '{"count":3}'],
    ["a state that does not parse", '{"version":7,"count":"3"}'],
    ["no JSON", '{"version":7,'],
    ["no text", ""],
    ["more than 1 MiB", `{"version":7,"count":3}${" ".repeat(1024 * 1024)}`],
  ])("is corrupt and empty with %s in its file", async (_, text) => {
    const path = await filePath();
    await writeFile(path, text);
    expect(await reopen(path)).toEqual({ found: "corrupt", state: { count: 0 } });
  });

  it("is neither opened nor changed with a later version in its file", async () => {
    const path = await filePath();
    const text = '{"version":8,"count":3}';
    await writeFile(path, text);
    await expect(reopen(path)).rejects.toThrow("is of a later version of this package");
    expect(await readFile(path, "utf8")).toBe(text);
  });

  it("keeps its state when the file is deleted while it is open", async () => {
    const journal = counterJournal(await filePath());
    expect(await journal.open()).toBe("new");
    journal.assume({ count: 4 });
    expect(await journal.open()).toBe("kept");
    expect(journal.state).toEqual({ count: 4 });
  });
});

/** Lets the process die at the `n`th step of a write from now: that step is made half, and nothing after it. */
function dieAt(n: number): { reached: () => number; end: () => void } {
  let steps = 0;
  const step =
    <Given extends unknown[], Answer>(
      work: (...given: Given) => Promise<Answer>,
      half?: (...given: Given) => Promise<unknown>,
    ) =>
    async (...given: Given): Promise<Answer> => {
      steps += 1;
      if (steps === n) await half?.(...given);
      if (steps >= n) throw new Error("killed");
      return work(...given);
    };
  const { open, rename, rm } = promises;
  const spies = [
    vi.spyOn(promises, "rename").mockImplementation(step(rename)),
    vi.spyOn(promises, "rm").mockImplementation(step(rm)),
    vi.spyOn(promises, "open").mockImplementation(async (path, flags, mode) => {
      const file = await step(open)(path, flags, mode);
      const { writeFile: write, sync } = file;
      vi.spyOn(file, "writeFile").mockImplementation(
        step(write.bind(file), async (text) => {
          const content = String(text);
          await write.call(file, content.slice(0, content.length / 2));
        }),
      );
      vi.spyOn(file, "sync").mockImplementation(step(sync.bind(file)));
      return file;
    }),
  ];
  return {
    reached: () => steps,
    end: () => {
      for (const spy of spies) spy.mockRestore();
    },
  };
}

describe("a journal whose process is killed while it stores", () => {
  it("has the old state or the new one, and never a torn one, whatever step is the last", async () => {
    const seen = new Set<number>();
    for (let n = 1; ; n += 1) {
      const path = await filePath();
      await counterJournal(path).store({ count: 1 });
      const death = dieAt(n);
      await counterJournal(path)
        .store({ count: 2 })
        .catch(() => {});
      death.end();
      const { found, state } = await reopen(path);
      expect(found).toBe("kept");
      seen.add(state.count);
      if (death.reached() < n) break;
    }
    expect(seen).toEqual(new Set([1, 2]));
  });
});
