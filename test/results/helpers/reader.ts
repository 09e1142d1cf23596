import { existsSync } from "node:fs";
import { readFile, rename, unlink } from "node:fs/promises";

/** Takes the lines of a results file as readers in other runtimes do: exists, rename, read, unlink. */
export async function takeFile(path: string): Promise<string[]> {
  if (!existsSync(path)) return [];
  const consumed = `${path}.consumed`;
  try {
    await rename(path, consumed);
  } catch {
    // Another process renamed it between the two steps.
    return [];
  }
  const text = await readFile(consumed, "utf8");
  await unlink(consumed);
  return text.split("\n").filter((line) => line !== "");
}

export const idOf = (line: string): string => JSON.parse(line).delegation_id;

export const RESULT_KEYS = [
  "delegation_id",
  "target_id",
  "source_id",
  "status",
  "summary",
  "response_preview",
  "error",
  "timestamp",
];
