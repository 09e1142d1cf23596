// Checks the sizes of the packed package and of a client in a bundle against their limits, and prints them. Argument: the
// tarball. Uses the build in `dist`.
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";

/** In kB. About 3 % above what was reached; to be lowered with it, and raised only for what is worth it. */
const LIMITS = { tarball: 510, "createA2AClient in a bundle, minified, brotli": 57 };

const [tarball] = process.argv.slice(2);
const sizes = {
  tarball: (await stat(tarball)).size,
  "createA2AClient in a bundle, minified, brotli": await measureClient(),
};
for (const [name, bytes] of Object.entries(sizes)) {
  const isWithin = bytes <= LIMITS[name] * 1000;
  if (!isWithin) process.exitCode = 1;
  console.log(
    `${isWithin ? "within" : "ABOVE"} ${LIMITS[name]} kB: ${name}, ${(bytes / 1000).toFixed(1)} kB`,
  );
}

/** What a program loads at its start that only makes a client, without the dependencies. */
async function measureClient() {
  const entry = resolve("dist/index.js");
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export { createA2AClient } from ${JSON.stringify(entry)}`, resolveDir: resolve(".") },
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node20",
    external: ["ofetch", "lru-cache", "uuid"],
    outdir: "out",
    write: false,
    metafile: true,
  });
  const first = Object.keys(metafile.outputs).find((path) => metafile.outputs[path].entryPoint);
  const atStart = new Set([first]);
  for (const path of atStart) {
    for (const { path: imported, kind, external } of metafile.outputs[path].imports) {
      if (kind === "import-statement" && !external) atStart.add(imported);
    }
  }
  const files = outputFiles.filter(({ path }) => [...atStart].some((name) => path === resolve(name)));
  return files.reduce((sum, { contents }) => sum + brotliCompressSync(contents).length, 0);
}
