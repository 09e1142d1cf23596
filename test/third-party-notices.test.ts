import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { build } from "esbuild";
import { expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");
const ENTRIES = ["index", "inbox/index", "testing/index", "cli/main"];

/** Every package whose code is in a published file, with its version. The CommonJS build also holds two dependencies. */
async function findBundled(): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: ENTRIES.map((entry) => resolve(ROOT, "src", `${entry}.ts`)),
    absWorkingDir: ROOT,
    bundle: true,
    format: "esm",
    platform: "node",
    external: ["a2a-peers", "a2a-peers/*", "lru-cache"],
    // As in the build.
    alias: {
      ofetch: "./node_modules/ofetch/dist/index.mjs",
      "@modelcontextprotocol/server/_shims": "./src/cli/mcp/server-shims.ts",
    },
    outdir: "out",
    splitting: true,
    write: false,
    metafile: true,
  });
  const used = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
  const folders = used.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  return [...new Set(folders)].map((folder) => {
    const { name, version } = JSON.parse(readFileSync(resolve(ROOT, folder, "package.json"), "utf8"));
    return `${name} ${version}`;
  });
}

it("the notices name every package that is bundled, in its version, and no other", async () => {
  const text = readFileSync(resolve(ROOT, "THIRD_PARTY_NOTICES.md"), "utf8");
  const headings = [...text.matchAll(/^## (.*) \(\w[\w.-]*\)$/gm)].flatMap(([, names = ""]) =>
    names.split(/, | and /),
  );
  expect(headings.sort()).toEqual((await findBundled()).sort());
});
