import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const FOLDER = fileURLToPath(new URL("./compare", import.meta.url));
const FLAGS = ["--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=0", "--fetch-timeout=15000"];

/**
 * Installs the packages that only the comparison needs, unless they are there. Resolves to the reason when they cannot
 * be had.
 */
export async function installCompared(): Promise<string | undefined> {
  if (existsSync(`${FOLDER}/node_modules`)) return undefined;
  try {
    await promisify(execFile)("npm", ["ci", ...FLAGS], { cwd: FOLDER, timeout: 60_000 });
    return undefined;
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    return `npm could not install it: ${(stderr || message).trim().split("\n")[0]}`;
  }
}
