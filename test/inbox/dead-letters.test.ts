import { expect, it } from "vitest";
import { createDeadLetters } from "../../src/inbox/dead-letters";
import { parseRow } from "../../src/inbox/row";
import type { AppendFile } from "../../src/storage/append-file";
import { OWN, PEER } from "../helpers/ids";

/** A file of lines in memory. */
function memoryFile(): AppendFile {
  let lines: string[] = [];
  return {
    append: async (line: string) => void lines.push(line),
    read: async () => lines,
    filter: async (keep: (line: string) => boolean) => {
      lines = lines.filter(keep);
    },
  };
}

it("a message that was set aside twice, as around a crash, is listed once, with its last attempts", async () => {
  const letters = createDeadLetters(memoryFile(), OWN);
  const row = parseRow({ id: PEER, created_at: "2026-05-01T00:00:00Z", summary: "one" }, OWN);
  if (row.kind !== "message") throw new Error("no message");
  await letters.add(row.message, 5, "not now");
  await letters.add(row.message, 6, "its handler was ended before it answered");
  expect(await letters.list()).toMatchObject([{ message: { text: "one" }, attempts: 6 }]);
  await letters.remove(PEER);
  expect(await letters.list()).toEqual([]);
});
