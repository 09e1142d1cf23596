import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Reading these takes longer than the rest of a start of Node. Tests start hundreds, and only npm needs the certificates.
const { NODE_EXTRA_CA_CERTS } = process.env;
if (NODE_EXTRA_CA_CERTS) process.env.A2A_PEERS_NPM_CA_CERTS = NODE_EXTRA_CA_CERTS;
delete process.env.NODE_EXTRA_CA_CERTS;

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

/** Tests that look at the whole process, its sockets and timers, or start others. */
const ALONE = [
  "test/{package,examples}/**/*.test.ts",
  "test/client/{close,concurrency,queue,sockets}.test.ts",
  "test/storage/{lock,lock-races,private-file}.test.ts",
  "test/transport/{faults,faults-over-fetch}.test.ts",
  "test/transport/http/{node-http,pool}.test.ts",
  "test/peers/enricher/lifetime.test.ts",
  "test/heartbeat/process.test.ts",
  "test/results/{kills,disk,poller-process}.test.ts",
];

export default defineConfig({
  resolve: {
    alias: [
      { find: /^a2a-peers$/, replacement: source("index.ts") },
      { find: /^a2a-peers\/heartbeat$/, replacement: source("heartbeat/index.ts") },
      { find: /^a2a-peers\/testing$/, replacement: source("testing/index.ts") },
    ],
  },
  test: {
    testTimeout: 20_000,
    setupFiles: ["test/setup.ts"],
    // Much of the time goes into waiting for child processes, so no core is kept free.
    maxWorkers: "100%",
    sequence: { shuffle: true },
    projects: [
      {
        extends: true,
        test: {
          name: "alone",
          include: ALONE,
        },
      },
      {
        extends: true,
        test: {
          name: "together",
          include: ["test/**/*.test.ts"],
          exclude: ALONE,
          // Loading the source anew for each file would take longer than its tests.
          isolate: false,
        },
      },
    ],
  },
});
