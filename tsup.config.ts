import { defineConfig, type Options } from "tsup";

const shared: Options = {
  entry: {
    index: "src/index.ts",
    agent: "src/agent/index.ts",
    heartbeat: "src/heartbeat/index.ts",
    inbox: "src/inbox/index.ts",
    testing: "src/testing/index.ts",
    tools: "src/tools/index.ts",
  },
  target: "node20",
  removeNodeProtocol: false,
  // The types name Disposable and AsyncDisposable, which a project may lack that has neither Node's types nor this library.
  dts: { banner: '/// <reference lib="esnext.disposable" />' },
  // The code is published as it reads, so that maps, twice its size, would add little.
  sourcemap: false,
  // Both are needed for CJS: splitting keeps one A2AError class across the entry points,
  // treeshake lets rollup write the CJS instead of rewriting every `?.` into a helper.
  splitting: true,
  treeshake: true,
};

// Bundled so that users do not install them: the HTTP framework of the embedded platform, and the parser of event streams.
const bundled = ["hono", "@hono/node-server", "eventsource-parser"];

// Bundled into the command, which a user of the library alone never loads.
const bundledIntoCommand = [
  "commander",
  "cli-table3",
  "picocolors",
  "yocto-spinner",
  "@modelcontextprotocol/server",
  "zod",
];

const command: Options = {
  // The second is the program of a process that the demo starts and kills.
  entry: { cli: "src/cli/main.ts", "cli/archivist": "src/cli/demo/archivist.ts" },
  format: ["esm"],
  target: "node20",
  removeNodeProtocol: false,
  splitting: true,
  minify: true,
  noExternal: bundledIntoCommand,
  // The library is the one beside it in the package, so that its code is there once.
  external: [/^a2a-peers(\/|$)/],
  // CommonJS that is bundled into ES modules requires Node's built-ins.
  banner: {
    js: 'import { createRequire as _createRequire } from "node:module"; const require = _createRequire(import.meta.url);',
  },
  esbuildOptions: (options) => {
    options.chunkNames = "cli/[name]-[hash]";
  },
};

export default defineConfig([
  command,
  { ...shared, format: ["esm"], noExternal: bundled },
  // uuid is ESM only, and so is ofetch for test environments that resolve packages as a browser does (jest with jsdom);
  // inlined, both also work where require() of ESM does not.
  {
    ...shared,
    format: ["cjs"],
    noExternal: [...bundled, "uuid", "ofetch"],
    esbuildOptions: (options) => {
      options.alias = { ofetch: "./node_modules/ofetch/dist/index.mjs" };
    },
  },
]);
