// The JavaScript runtimes that the package is tried on, as packages of the npm registry: no other host is asked.
// Used by `npm run matrix` and `npm run faults`.
import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

const PLATFORM = `${process.platform}-${process.arch}`;
const NODE = { binary: "bin/node", args: [] };

const RUNTIMES = [
  { name: "Node 20", package: `node-${PLATFORM}@20`, ...NODE },
  { name: "Node 22", package: `node-${PLATFORM}@22`, ...NODE },
  { name: "Node 24", package: `node-${PLATFORM}@24`, ...NODE },
  {
    name: "Bun",
    package: `@oven/bun-${PLATFORM.replace("arm64", "aarch64")}`,
    binary: "bin/bun",
    args: ["run"],
  },
  {
    name: "Deno",
    package: `@deno/${PLATFORM}${process.platform === "linux" ? "-glibc" : ""}`,
    binary: "deno",
    args: ["run", "-A"],
  },
];

export const RUNTIME_NAMES = RUNTIMES.map(({ name }) => name);

/** Kept between runs; a newer version in the registry replaces what is there. */
const DEFAULT_FOLDER = resolve(import.meta.dirname, "../node_modules/.cache/a2a-peers-runtimes");

/**
 * Installs the runtimes with these names. Resolves to the `name` and `version` of each, its `binary`, and the `args` that
 * stand before a script; without `binary`, and with a `reason`, where it cannot be had. The Node that runs this is used
 * as it is for its own major version.
 */
export async function installRuntimes(names = RUNTIME_NAMES, folder = DEFAULT_FOLDER) {
  await mkdir(folder, { recursive: true });
  const installed = [];
  // The registry is not waited for again once it did not answer.
  const registry = { isReachable: true };
  for (const name of names) {
    const runtime = RUNTIMES.find((each) => each.name === name);
    if (runtime === undefined)
      throw new Error(`There is no runtime ${name}. The runtimes are ${RUNTIME_NAMES.join(", ")}.`);
    installed.push(await installRuntime(runtime, folder, registry));
  }
  return installed;
}

const INSTALL = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-timeout=60000"];
const NO_REGISTRY = /ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|network/;

async function installRuntime(runtime, folder, registry) {
  const { name, args } = runtime;
  if (name === `Node ${process.versions.node.split(".")[0]}`)
    return { name, args, binary: process.execPath, version: process.versions.node };
  const home = join(folder, name.replaceAll(" ", "-").toLowerCase());
  await mkdir(home, { recursive: true });
  await writeFile(join(home, "package.json"), '{ "private": true }\n');
  if (registry.isReachable) {
    const npm = await run("npm", [...INSTALL, `runtime@npm:${runtime.package}`], { cwd: home });
    registry.isReachable = npm.ok || !NO_REGISTRY.test(npm.errors);
  }
  // Without the registry, what an earlier run has installed is used.
  const binary = join(home, "node_modules/runtime", runtime.binary);
  const { ok, output } = await run(binary, ["--version"]);
  if (ok) return { name, args, binary, version: /\d+\.\d+\.\d+/.exec(output)?.[0] ?? "unknown" };
  const reason = registry.isReachable
    ? "is not for this machine"
    : "is not here, and no npm registry answers";
  return { name, args, reason: `${runtime.package} ${reason}` };
}

/** Runs a program to its end, for at most `timeoutMs`. Never rejects. */
export function run(command, args, { timeoutMs = 120_000, ...options } = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      timeout: timeoutMs,
      ...options,
    });
    let output = "";
    let errors = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (errors += chunk));
    child.on("error", (error) => done({ ok: false, output, errors: String(error) }));
    child.on("close", (code) => done({ ok: code === 0, output, errors }));
  });
}
