import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";
import { shortenLocals } from "./shorten-locals.mjs";

// The entry for Node of this package has a second fetch inside that is never used.
const ALIAS = { ofetch: resolve("node_modules/ofetch/dist/index.mjs") };

// The names in the own code stay, so that stack traces can be read.
const MINIFY = { target: "node20", minifyWhitespace: true, minifySyntax: true, legalComments: "none" };

/** Node prints the line of an error that nobody catches, which would be the whole file. */
const LINE_LENGTH = 400;

/** Rollup plugin that finds the modules of the library, and turns TypeScript into JavaScript without comments and white space. */
export const sources = (external) => ({
  name: "sources",
  resolveId(specifier, importer) {
    if (importer === undefined) return resolve(specifier);
    if (specifier.startsWith(".")) return findFile(resolve(dirname(importer), specifier));
    if (specifier.startsWith("node:") || external.includes(specifier))
      return { id: specifier, external: true };
    return ALIAS[specifier] ?? fileURLToPath(import.meta.resolve(specifier));
  },
  async transform(code, id) {
    const own = id.endsWith(".ts");
    // Minified here already, so that the length of a module is about what it adds to the build.
    const options = { ...MINIFY, loader: own ? "ts" : "js", minifyIdentifiers: !own };
    const { code: javascript } = await transform(code, options);
    return own ? { code: await shortenLocals(javascript), moduleSideEffects: false } : { code: javascript };
  },
  async renderChunk(code) {
    const { code: minified } = await transform(code, { ...MINIFY, lineLimit: LINE_LENGTH });
    return { code: minified, map: null };
  },
});

const findFile = (path) => [`${path}.ts`, `${path}/index.ts`, path].find((file) => existsSync(file));
