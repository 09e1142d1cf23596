import { defineConfig, type Options } from "tsup";

// The declarations of the library, whose code rollup.config.mjs builds.
const declarations: Options = {
  entry: {
    index: "src/index.ts",
    agent: "src/agent/index.ts",
    heartbeat: "src/heartbeat/index.ts",
    inbox: "src/inbox/index.ts",
    logging: "src/logging/index.ts",
    otel: "src/otel/index.ts",
    testing: "src/testing/index.ts",
    tools: "src/tools/index.ts",
  },
  outDir: "dist/cjs",
  format: ["cjs"],
  // The types name Disposable and AsyncDisposable, which a project may lack that has neither Node's types nor this library.
  dts: { only: true, banner: '/// <reference lib="esnext.disposable" />' },
};

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
    options.alias = { "@modelcontextprotocol/server/_shims": "./src/cli/mcp/server-shims.ts" };
  },
};

export default defineConfig([command, declarations]);
