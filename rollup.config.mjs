// Builds the library: ES modules in `dist`, CommonJS in `dist/cjs`. Both have the same parts under the same names.
import { chunkPlan } from "./scripts/build/chunk-plan.mjs";
import { moduleFolders } from "./scripts/build/module-folders.mjs";
import { sources } from "./scripts/build/sources.mjs";

const input = {
  index: "src/index.ts",
  agent: "src/agent/index.ts",
  heartbeat: "src/heartbeat/index.ts",
  inbox: "src/inbox/index.ts",
  logging: "src/logging/index.ts",
  otel: "src/otel/index.ts",
  testing: "src/testing/index.ts",
  tools: "src/tools/index.ts",
};

const library = (dir, format, external) => ({
  input,
  plugins: [sources(external), moduleFolders(format)],
  output: {
    dir,
    format,
    entryFileNames: "[name].js",
    chunkFileNames: "parts/[name].js",
    manualChunks: chunkPlan(),
    hoistTransitiveImports: false,
    // Kept as they are in the source, so that stack traces name them.
    minifyInternalExports: false,
    generatedCode: "es2015",
    externalLiveBindings: false,
    freeze: false,
  },
});

export default [
  library("dist", "es", ["ofetch", "lru-cache", "uuid", "@opentelemetry/api"]),
  // uuid is ESM only, and so is ofetch for test environments that resolve packages as a browser does (jest with jsdom);
  // inlined, both also work where require() of ESM does not.
  library("dist/cjs", "cjs", ["lru-cache", "@opentelemetry/api"]),
];
