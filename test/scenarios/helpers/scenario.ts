import { setTimeout as sleep } from "node:timers/promises";
import { startPlatform, type TestPlatform } from "a2a-peers/testing";
import { expect, onTestFinished, vi } from "vitest";
import { scratchFolder } from "../../helpers/scratch-folder";
import { withoutStream } from "../../results/helpers/deliverer";
import { createFastClock } from "./fast-clock";
import { countOutcomes, type Figures, findFaults } from "./ledger";
import { createRuntimeProcess, type RuntimeProcess } from "./runtime-process";
import type { Language } from "./tasks";

/** The platform's time passes this much faster, so that its own retries and limits fit into a short run. */
const CLOCK_FACTOR = 20;
/** How long a killed runtime or platform is away, and the database. */
const AWAY_MS = 300;
/** Longer than the 30 minutes that the platform gives a delegation. */
const BEYOND_LONGEST_RUN_MS = 32 * 60_000;
/** The platform keeps activity for this long. */
const RETENTION_MS = 7 * 24 * 60 * 60_000;
/** Without a delivery for so long, nothing more is on its way: more than the time from one look at old rows to the next. */
const QUIET_MS = 8000;
const PAUSE_MS = 100;

/** Two runtimes that delegate tasks to each other on one platform. */
export interface Scenario {
  readonly first: RuntimeProcess;
  readonly second: RuntimeProcess;
  /** Waits until so many delegations were handed out. */
  handedOut(number: number): Promise<void>;
  /** Ends a runtime with SIGKILL, and starts it again a moment later. */
  killAndRestart(runtime: RuntimeProcess): Promise<void>;
  /** Ends the platform's process with all that is in flight, and starts it again a moment later. */
  restartPlatform(): Promise<void>;
  takeDatabaseAway(): Promise<void>;
  /** Waits until nothing is delivered any more, also after 32 minutes and after the platform has dropped its rows. */
  settle(): Promise<Figures>;
  /** The figures as a table, and the delegations that are missing or damaged. */
  describe(figures: Figures): string;
}

/** Starts the platform and both runtimes, which delegate so many tasks in total. */
export async function startScenario(script: string, language: Language, tasks: number): Promise<Scenario> {
  const clock = createFastClock(CLOCK_FACTOR);
  const platform = withoutStream(await startPlatform({ version: "2026-04", clock }));
  onTestFinished(() => platform.close());
  const workspaces = [platform.addWorkspace({ name: "First" }), platform.addWorkspace({ name: "Second" })];
  const [first, second] = await Promise.all(
    workspaces.map(async ({ id, token }, index) =>
      createRuntimeProcess(script, {
        platformUrl: platform.url,
        workspaceId: id,
        token: String(token),
        peerId: String(workspaces[1 - index]?.id),
        stateDir: await scratchFolder(),
        language,
        tasks: index === 0 ? Math.ceil(tasks / 2) : Math.floor(tasks / 2),
        pauseMs: PAUSE_MS,
      }),
    ),
  );
  if (first === undefined || second === undefined) throw new Error("Expected two runtimes");
  first.start();
  second.start();

  const count = (): Figures => countOutcomes([first.entries(), second.entries()], language);

  async function quiet(): Promise<void> {
    let silent = Number.POSITIVE_INFINITY;
    let since = performance.now();
    await waitUntil(() => {
      const now = count().silent;
      if (now < silent) since = performance.now();
      silent = now;
      if (silent > 0) expect(performance.now() - since).toBeGreaterThan(QUIET_MS);
    });
  }

  return {
    first,
    second,
    handedOut: (number) => waitUntil(() => expect(count().handedOut).toBeGreaterThanOrEqual(number)),
    async killAndRestart(runtime) {
      await runtime.kill();
      await sleep(AWAY_MS);
      runtime.start();
    },
    restartPlatform: () => restart(platform),
    async takeDatabaseAway() {
      const giveBack = platform.databaseAway();
      await sleep(AWAY_MS);
      giveBack();
    },
    async settle() {
      await quiet();
      clock.skip(BEYOND_LONGEST_RUN_MS);
      await quiet();
      clock.skip(RETENTION_MS);
      for (const workspace of workspaces) workspace.pruneActivity();
      await quiet();
      return count();
    },
    describe: (figures) => describe(figures, findFaults([...first.entries(), ...second.entries()], language)),
  };
}

async function restart(platform: TestPlatform): Promise<void> {
  await platform.restart();
  withoutStream(platform);
  platform.fail("*", { kind: "refuse", delayMs: AWAY_MS * CLOCK_FACTOR }, { times: 1 });
  await sleep(AWAY_MS);
}

const waitUntil = (check: () => void): Promise<void> => vi.waitFor(check, { interval: 20, timeout: 60_000 });

function describe(figures: Figures, faults: readonly unknown[]): string {
  const rows = Object.entries(figures).map(([name, value]) => `| ${name} | ${value} |`);
  return ["", ...rows, ...faults.map((fault) => JSON.stringify(fault))].join("\n");
}
