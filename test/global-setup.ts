import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Makes the folder of the bundled scripts, which the workers share, and removes it when all tests have ended. */
export function setup(): () => void {
  process.env.A2A_PEERS_SCRIPTS ??= mkdtempSync(join(tmpdir(), "a2a-peers-scripts-"));
  const folder = process.env.A2A_PEERS_SCRIPTS;
  return () => rmSync(folder, { recursive: true, force: true });
}
