import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { onTestFinished } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const REQUIRE =
  'import { createRequire as _createRequire } from "node:module"; const require = _createRequire(import.meta.url);';

/**
 * Bundles a script with the source it uses into one file, which Node starts ten times as fast as with a loader: once for
 * all tests of a run. Resolves to its path.
 */
export async function bundle(script: URL): Promise<string> {
  const entry = fileURLToPath(script);
  const folder = String(process.env.A2A_PEERS_SCRIPTS);
  const path = join(folder, `${relative(ROOT, entry).replaceAll(/[\\/]/g, "-")}.mjs`);
  // While files are watched, the source may have changed since.
  if (existsSync(path) && process.env.VITEST_MODE !== "WATCH") return path;
  // Another worker may bundle the same script now.
  const outfile = join(folder, `${randomUUID()}.mjs`);
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    // CommonJS that is bundled into ES modules requires Node's built-ins.
    banner: { js: REQUIRE },
    logLevel: "error",
  });
  await rename(outfile, path);
  return path;
}

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcess;
  ended: Promise<Ended>;
}

/** Starts a bundled script; it is killed when the test ends. */
export function runScript(path: string, ...args: string[]): Running {
  const child = spawn(process.execPath, [path, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const closed = new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once("close", (code, signal) => resolve([code, signal])).once("error", reject);
  });
  const ended = Promise.all([text(child.stdout), text(child.stderr), closed]).then(
    ([stdout, stderr, [code, signal]]) => ({ code, signal, stdout, stderr }),
  );
  return { child, ended };
}
