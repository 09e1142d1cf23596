import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^a2a-peers$/, replacement: source("index.ts") },
      { find: /^a2a-peers\/heartbeat$/, replacement: source("heartbeat/index.ts") },
      { find: /^a2a-peers\/testing$/, replacement: source("testing/index.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 20_000,
    // Much of the time goes into waiting for child processes, so no core is kept free.
    maxWorkers: "100%",
    sequence: { shuffle: true },
  },
});
