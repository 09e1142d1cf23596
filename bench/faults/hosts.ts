import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { runFakeTimers } from "./fake-timers";
import { runPrograms } from "./run-program";
import { runRuntimes } from "./runtimes";
import { notRun, type Row, type Section } from "./section";

const HOSTS = fileURLToPath(new URL("./hosts", import.meta.url));
const SEND = join(HOSTS, "send.mjs");

/** A program of this Node that uses the package after something else was done. */
interface Host {
  readonly what: string;
  readonly flags?: readonly string[];
  /** What `hosts/send.mjs` does first. */
  readonly before?: string;
}

const HOST_TABLE: readonly Host[] = [
  { what: "undici imported and its dispatcher replaced", before: "undici" },
  { what: "a globalThis.fetch that is frozen and throws", before: "frozen-fetch" },
  { what: "frozen prototypes", before: "frozen-globals" },
  { what: "no unhandled rejection", before: "no-unhandled" },
  { what: "a worker thread after the main one", before: "worker" },
  { what: "--disallow-code-generation-from-strings", flags: ["--disallow-code-generation-from-strings"] },
  { what: "--frozen-intrinsics", flags: ["--frozen-intrinsics", "--no-warnings"] },
  { what: "--disable-proto=throw", flags: ["--disable-proto=throw"] },
];

/** Hosts that did something else before they use the package, and other runtimes. */
export const hosts: Section = {
  name: "hosts",
  async *run({ library, folder, short, runtimes }) {
    const dist = resolve(folder, "dist");
    for (const host of HOST_TABLE) {
      if (host.before === "undici" && !hasUndici()) yield notRun(host.what, "not installed");
      else yield await runHost(host, dist);
    }
    yield await runTwoCopies(folder);
    if (!short) yield* runFakeTimers(dist);
    if (runtimes) yield* runRuntimes(library, dist);
    else yield notRun("Node 20, 22 and 24, Bun, Deno", "asked for with --runtimes");
  },
};

function hasUndici(): boolean {
  try {
    return createRequire(SEND).resolve("undici") !== "";
  } catch {
    return false;
  }
}

const runHost = ({ what, flags = [], before }: Host, dist: string): Promise<Row> =>
  runPrograms(what, [[process.execPath, ...flags, SEND, dist, ...(before === undefined ? [] : [before])]]);

async function runTwoCopies(folder: string): Promise<Row> {
  const dist = resolve(folder, "dist");
  const copy = await mkdtemp(join(tmpdir(), "a2a-peers-copy-"));
  try {
    await cp(dist, join(copy, "dist"), { recursive: true });
    await cp(join(folder, "package.json"), join(copy, "package.json"));
    // Both copies use the same dependencies.
    const dependency = createRequire(join(dist, "index.js")).resolve("lru-cache");
    const modules = dependency.slice(0, dependency.lastIndexOf("node_modules") + "node_modules".length);
    await symlink(modules, join(copy, "node_modules"));
    const args = [join(HOSTS, "two-copies.mjs"), dist, join(copy, "dist")];
    return await runPrograms("two copies, and the CommonJS build", [[process.execPath, ...args]]);
  } finally {
    await rm(copy, { recursive: true });
  }
}
