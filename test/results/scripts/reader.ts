import { existsSync } from "node:fs";
import { readFile, rename, unlink } from "node:fs/promises";

/** The lines of a results file, taken the way readers of other runtimes do: exists, rename, read, unlink. */
export async function takeFile(path: string): Promise<string[]> {
  if (!existsSync(path)) return [];
  const consumed = `${path}.consumed`;
  try {
    await rename(path, consumed);
  } catch {
    // It went between the two steps; there is another time.
    return [];
  }
  const text = await readFile(consumed, "utf8");
  await unlink(consumed);
  return text.split("\n").filter((line) => line !== "");
}

export const idOf = (line: string): string => JSON.parse(line).delegation_id;

export const EIGHT_KEYS = [
  "delegation_id",
  "target_id",
  "source_id",
  "status",
  "summary",
  "response_preview",
  "error",
  "timestamp",
];
