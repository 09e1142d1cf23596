import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { run } from "../runtimes.mjs";

const ROOT = resolve(import.meta.dirname, "../..");
/** Kept between runs, beside the runtimes. */
const TOOLS = join(ROOT, "node_modules/.cache/a2a-peers-tools");

/** A folder in which the packed package is installed, with the programs. Resolves to its path. */
export async function installPackage(scratch) {
  const packed = await run("npm", ["pack", "--ignore-scripts", "--pack-destination", scratch], { cwd: ROOT });
  const tarball = packed.output.trim().split("\n").at(-1);
  const project = join(scratch, "project");
  await mkdir(project);
  await writeFile(join(project, "package.json"), JSON.stringify({ type: "module", private: true }));
  await cp(join(import.meta.dirname, "programs"), project, { recursive: true });
  await npmInstall(project, [join(scratch, tarball)]);
  return project;
}

/**
 * Installs packages of the registry, in the newest version that each spec allows, into a folder of their own.
 * `find` answers the path of a file of a package, `load` what it exports to CommonJS, `version` its version.
 */
export async function installTools(name, specs) {
  const folder = join(TOOLS, name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "private": true }\n');
  await npmInstall(folder, specs);
  const require = createRequire(join(folder, "package.json"));
  const find = (...path) => join(folder, "node_modules", ...path);
  const version = async (each) => JSON.parse(await readFile(find(each, "package.json"), "utf8")).version;
  return { find, version, load: require, resolve: require.resolve };
}

async function npmInstall(cwd, specs) {
  const args = ["install", "--no-audit", "--no-fund", "--ignore-scripts", ...specs];
  const { ok, errors } = await run("npm", args, { cwd, timeoutMs: 300_000 });
  if (!ok) throw new Error(`npm could not install ${specs.join(" ")}: ${errors}`);
}

/** Compares what was seen with what is expected of each step: one value or several. */
export function judge(expected, seen) {
  return Object.entries(expected).map(([step, values]) => ({
    step,
    ok: [values].flat().includes(seen[step]),
    seen: seen[step],
  }));
}

/** The JSON that a program has printed as its last line; an error that says what it printed instead. */
export function parseSeen({ output, errors }) {
  const line = output.trim().split("\n").at(-1) ?? "";
  if (line.startsWith("{")) return JSON.parse(line);
  console.error(`A program printed no result:\n${output}${errors}`);
  return {};
}
