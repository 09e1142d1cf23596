import { copyFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../runtimes.mjs";
import { installTools } from "../project.mjs";

const VERSIONS = ["5.2", "5.4", "5.6", "5.9", "6", "7"];

/** Both kinds of modules where the resolution depends on the kind of the file. */
const RESOLUTIONS = [
  { module: "node16", moduleResolution: "node16", files: ["entries.mts", "entries.cts"] },
  { module: "nodenext", moduleResolution: "nodenext", files: ["entries.mts", "entries.cts"] },
  { module: "esnext", moduleResolution: "bundler", files: ["entries.ts"] },
  { module: "esnext", moduleResolution: "node10", files: ["entries.ts"] },
  { module: "commonjs", moduleResolution: "node10", files: ["entries.ts"] },
];

/** A project with Node's types, and one with those of the DOM alone. */
const LIBRARIES = [
  { name: "Node's types", lib: ["es2022"], types: ["node"] },
  { name: "the DOM's", lib: ["es2022", "dom"], types: [] },
];

/** A program that uses every entry, under `strict` and with the types of libraries checked. */
export async function* compilers({ project }) {
  const node = await installTools("types-node", ["@types/node@20"]);
  await symlink(node.find("@types"), join(project, "node_modules/@types"));
  await symlink(node.find("undici-types"), join(project, "node_modules/undici-types"));
  for (const copy of ["entries.mts", "entries.cts"])
    await copyFile(join(project, "entries.ts"), join(project, copy));
  for (const version of VERSIONS) {
    const typescript = await installTools(`typescript-${version}`, [`typescript@${version}`]);
    const compiler = typescript.find("typescript/bin/tsc");
    const cases = RESOLUTIONS.flatMap((resolution) => LIBRARIES.map((library) => ({ resolution, library })));
    // Version 7 has no node10 any more.
    const possible = cases.filter(
      ({ resolution }) => version !== "7" || resolution.moduleResolution !== "node10",
    );
    const verdicts = [];
    // Two at once, for two cores.
    for (let index = 0; index < possible.length; index += 2) {
      const pair = possible.slice(index, index + 2);
      verdicts.push(
        ...(await Promise.all(pair.map((each) => compile({ ...each, version, compiler, project })))),
      );
    }
    yield { subject: "TypeScript", version: await typescript.version("typescript"), verdicts };
  }
}

async function compile({ resolution, library, version, compiler, project }) {
  const { module, moduleResolution, files } = resolution;
  const { name, lib, types } = library;
  const config = join(project, `tsconfig.${module}.${moduleResolution}.${types.length}.json`);
  const compilerOptions = {
    module,
    moduleResolution,
    lib,
    types,
    target: "es2022",
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
    ...(version === "6" && moduleResolution === "node10" && { ignoreDeprecations: "6.0" }),
  };
  await writeFile(config, JSON.stringify({ compilerOptions, files }));
  const { ok, output } = await run(process.execPath, [compiler, "--pretty", "false", "-p", config]);
  await rm(config);
  const seen = output.trim().split("\n")[0];
  return { step: `${module} with ${moduleResolution} and ${name}`, ok, seen };
}
