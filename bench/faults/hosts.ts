import { execFile } from "node:child_process";
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { notRun, type Row, type Section, survived, violated } from "./section";

const execute = promisify(execFile);
const HOSTS = fileURLToPath(new URL("./hosts", import.meta.url));
const SEND = join(HOSTS, "send.mjs");
const TIMEOUT_MS = 60_000;

/** A program that uses the package after something else was done. */
interface Host {
  readonly what: string;
  /** The program, when it is not this Node. */
  readonly runtime?: string;
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

/** Programs that are asked for their version, and used when they are installed. */
const RUNTIMES = ["node20", "node22", "node24", "bun", "deno"];

/** Hosts that did something else before they use the package, and other runtimes. */
export const hosts: Section = {
  name: "hosts",
  async *run({ folder, short }) {
    const dist = resolve(folder, "dist");
    for (const host of HOST_TABLE) {
      if (host.before === "undici" && !hasUndici()) yield notRun(host.what, "not installed");
      else yield await runHost(host, dist);
    }
    yield await runTwoCopies(folder);
    if (!short) yield await runFakeTimers(dist);
    yield notRun("fake timers of sinon", "not installed; those of vitest are its @sinonjs/fake-timers");
    yield notRun("fake timers of jest", "not installed");
    for (const runtime of RUNTIMES) {
      const version = await versionOf(runtime);
      if (version === undefined) yield notRun(runtime, "not installed on this machine");
      else yield await runHost({ what: `${runtime} (${version})`, runtime }, dist);
    }
  },
};

function hasUndici(): boolean {
  try {
    return createRequire(SEND).resolve("undici") !== "";
  } catch {
    return false;
  }
}

const runHost = (
  { what, runtime = process.execPath, flags = [], before }: Host,
  dist: string,
): Promise<Row> =>
  attempt(what, runtime, [
    ...(runtime === "deno" ? ["run", "--allow-all"] : []),
    ...flags,
    SEND,
    dist,
    ...(before === undefined ? [] : [before]),
  ]);

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
    return await attempt("two copies, and the CommonJS build", process.execPath, args);
  } finally {
    await rm(copy, { recursive: true });
  }
}

async function runFakeTimers(dist: string): Promise<Row> {
  const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
  return attempt(
    "fake timers of vitest, before and after",
    process.execPath,
    [vitest, "run", "--root", HOSTS],
    {
      A2A_PEERS_DIST: dist,
    },
  );
}

async function attempt(
  what: string,
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Row> {
  const startedAt = performance.now();
  try {
    await execute(program, [...args], {
      cwd: tmpdir(),
      timeout: TIMEOUT_MS,
      env: { ...process.env, NO_COLOR: "1", ...env },
    });
    return survived(
      what,
      `sent, answered and failed as it should, ${Math.round(performance.now() - startedAt)} ms`,
    );
  } catch (error) {
    const {
      stderr = "",
      stdout = "",
      message,
    } = error as { stderr?: string; stdout?: string; message: string };
    const line = `${stderr}\n${stdout}`.split("\n").find((each) => /error/i.test(each));
    return violated(what, (line ?? message).trim().slice(0, 300));
  }
}

async function versionOf(runtime: string): Promise<string | undefined> {
  try {
    const { stdout } = await execute(runtime, ["--version"]);
    return stdout.split("\n")[0]?.trim();
  } catch {
    return undefined;
  }
}
