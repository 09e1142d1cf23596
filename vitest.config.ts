import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

// Node reads these certificates at each start, which takes longer than the rest of the start. Tests start hundreds of
// processes, and only npm needs the certificates.
const { NODE_EXTRA_CA_CERTS } = process.env;
if (NODE_EXTRA_CA_CERTS) process.env.A2A_PEERS_NPM_CA_CERTS = NODE_EXTRA_CA_CERTS;
delete process.env.NODE_EXTRA_CA_CERTS;

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

/** Tests of the packed package, which `npm test` makes once for all of them. */
const PACKAGE = ["test/package/**/*.test.ts"];

/** Tests that inspect the sockets and timers of their own process. Each file runs in a process of its own. */
const ISOLATED = [
  "test/client/close.test.ts",
  "test/client/concurrency.test.ts",
  "test/client/queue.test.ts",
  "test/transport/faults.test.ts",
  "test/transport/faults-over-fetch.test.ts",
  "test/transport/http/node-http.test.ts",
  "test/transport/http/pool.test.ts",
  "test/peers/enricher/lifetime.test.ts",
  "test/results/disk.test.ts",
];

/** Tests that start other processes, for which they wait most of the time. */
const PROCESSES = [
  "test/agent/hosts.test.ts",
  "test/cli/mcp/hosts.test.ts",
  "test/cli/mcp/lifecycle.test.ts",
  "test/cli/mcp/messages.test.ts",
  "test/examples/**/*.test.ts",
  "test/heartbeat/process.test.ts",
  "test/inbox/kills.test.ts",
  "test/results/kills.test.ts",
  "test/results/poller-process.test.ts",
  "test/results/several-heartbeats.test.ts",
  "test/scenarios/**/*.test.ts",
  "test/storage/lock-races.test.ts",
  "test/storage/private-file.test.ts",
];

/**
 * Tests that run for seconds: simulated days, every conformance check, generated cases, many files or sockets.
 * `npm run test:fast` runs all tests but these and the ones above.
 */
const SLOW = [
  "test/client/clock.test.ts",
  "test/otel/open-telemetry.test.ts",
  "test/peers/enricher/flood.test.ts",
  "test/testing/routes/uploads.test.ts",
  "test/third-party-notices.test.ts",
  "test/transport/http/semaphore.test.ts",
  "test/transport/http/tls.test.ts",
  "test/client/budget.test.ts",
  "test/notify/attachments.test.ts",
  "test/registration/agent-url.test.ts",
  "test/transport/request/refusal-check.test.ts",
  "test/delegation/wait-events.test.ts",
  "test/inbox/ask.test.ts",
  "test/messaging/send-retries.test.ts",
  "test/results/event-polls.test.ts",
  "test/tools/inbox-tools.test.ts",
  "test/tools/listing.test.ts",
  "test/agent/cutting-proxy.test.ts",
  "test/agent/mutations.test.ts",
  "test/client/recovery.test.ts",
  "test/cli/commands/**/*.test.ts",
  "test/conformance/suite.test.ts",
  "test/conformance/command.test.ts",
  "test/day/**/*.test.ts",
  "test/delegation/connection.test.ts",
  "test/heartbeat/day.test.ts",
  "test/heartbeat/platform.test.ts",
  "test/invariants/**/*.test.ts",
  "test/inbox/clock-steps.test.ts",
  "test/inbox/disk.test.ts",
  "test/inbox/first-start.test.ts",
  "test/inbox/readers.test.ts",
  "test/inbox/reading.test.ts",
  "test/inbox/handing-over.test.ts",
  "test/inbox/model.properties.test.ts",
  "test/inbox/waking.test.ts",
  "test/messaging/classify.properties.test.ts",
  "test/peers/enricher/bounds.test.ts",
  "test/peers/enricher/model.properties.test.ts",
  "test/peers/enricher/request-failures.test.ts",
  "test/results/expected-results.test.ts",
  "test/results/poller.test.ts",
  "test/results/poller-platform.test.ts",
  "test/results/results-store.test.ts",
  "test/results/results-store-faults.test.ts",
  "test/results/shared-storage.test.ts",
  "test/results/unlisted.test.ts",
  "test/results/wake-up/**/*.test.ts",
  "test/registration/at-once.test.ts",
  "test/registration/register.test.ts",
  "test/registration/token-store.test.ts",
  "test/storage/claimed-file.test.ts",
  "test/testing/faults/table.test.ts",
  "test/storage/state-folder.test.ts",
];

const CORES = availableParallelism();
/** These tests wait half of the time: for timers, sockets, disks and other processes. */
const WAITING = { maxWorkers: 2 * CORES };

/** In the order in which they run. */
const PROJECTS = ["package", "processes", "isolated", "slow", "fast"];

/**
 * Shuffles the files within their project. The projects follow each other: a worker that goes on with a file of another
 * project loads the source again.
 */
class ProjectSequencer extends BaseSequencer {
  override async sort(specs: TestSpecification[]): Promise<TestSpecification[]> {
    const { seed } = this.ctx.config.sequence;
    const keyOf = ({ project, moduleId }: TestSpecification) =>
      `${PROJECTS.indexOf(project.name)} ${createHash("sha1").update(`${seed} ${moduleId}`).digest("hex")}`;
    const keyed = specs.map((spec) => ({ spec, key: keyOf(spec) }));
    return keyed.sort((one, other) => (one.key < other.key ? -1 : 1)).map(({ spec }) => spec);
  }
}

export default defineConfig({
  resolve: {
    alias: [
      { find: /^a2a-peers$/, replacement: source("index.ts") },
      { find: /^a2a-peers\/agent$/, replacement: source("agent/index.ts") },
      { find: /^a2a-peers\/heartbeat$/, replacement: source("heartbeat/index.ts") },
      { find: /^a2a-peers\/inbox$/, replacement: source("inbox/index.ts") },
      { find: /^a2a-peers\/logging$/, replacement: source("logging/index.ts") },
      { find: /^a2a-peers\/otel$/, replacement: source("otel/index.ts") },
      { find: /^a2a-peers\/testing$/, replacement: source("testing/index.ts") },
      { find: /^a2a-peers\/tools$/, replacement: source("tools/index.ts") },
    ],
  },
  test: {
    testTimeout: 20_000,
    globalSetup: ["test/global-setup.ts"],
    setupFiles: ["test/setup.ts"],
    sequence: { shuffle: true, sequencer: ProjectSequencer },
    // Loading the source again for each file would take longer than its tests.
    isolate: false,
    projects: [
      { extends: true, test: { name: "package", include: PACKAGE, ...WAITING } },
      { extends: true, test: { name: "processes", include: PROCESSES, ...WAITING } },
      { extends: true, test: { name: "isolated", include: ISOLATED, ...WAITING, isolate: true } },
      { extends: true, test: { name: "slow", include: SLOW, ...WAITING } },
      {
        extends: true,
        test: {
          name: "fast",
          include: ["test/**/*.test.ts"],
          exclude: [...PACKAGE, ...PROCESSES, ...ISOLATED, ...SLOW],
          maxWorkers: Math.ceil(1.5 * CORES),
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
