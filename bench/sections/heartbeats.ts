import { startProgram } from "../program";
import { createScratchFolder } from "../scratch-folder";
import { atMost, type Context, type Row, type Section } from "../section";
import { startStubPlatform } from "../stub-platform";

/** Numbers of workspaces, with intervals at which one process makes at most 1,000 beats in a second. */
const CASES = [
  { workspaces: 1, intervalMs: 5 },
  { workspaces: 100, intervalMs: 100 },
  { workspaces: 10_000, intervalMs: 10_000 },
];
const QUICK_CASES = [...CASES.slice(0, 2), { workspaces: 1000, intervalMs: 1000 }];
const WINDOW_MS = 10_000;
const QUICK_WINDOW_MS = 1000;
const SOCKETS_GOAL = 64;
/** What counts as flat: CPU of a beat of the most workspaces, of that of 100. */
const FLAT = 1.25;

/** Heartbeats of many workspaces in one process. */
export const heartbeats: Section = {
  name: "heartbeats",
  async run(context) {
    const rows: Row[] = [];
    const measured = [];
    for (const one of context.quick ? QUICK_CASES : CASES) {
      const beats = await measure(context, one);
      measured.push(beats);
      rows.push({
        workspaces: one.workspaces,
        "interval ms": one.intervalMs,
        "beats/s": beats.perSecond,
        "CPU µs/beat": beats.cpuUs,
        connections: beats.connections,
        failed: beats.failed,
      });
    }
    const [, hundred, most] = measured;
    if (hundred === undefined || most === undefined) throw new Error("Expected three cases");
    const title = "Heartbeats in one process";
    return {
      tables: [{ title, rows }],
      goals: [
        atMost("CPU of a beat with the most workspaces, of that with 100", most.cpuUs / hundred.cpuUs, FLAT),
        atMost(
          "connections of the heartbeats",
          Math.max(...measured.map(({ connections }) => connections)),
          SOCKETS_GOAL,
        ),
      ],
    };
  },
};

async function measure({ folder, quick }: Context, { workspaces, intervalMs }: (typeof CASES)[number]) {
  using platform = await startStubPlatform();
  await using stateDir = await createScratchFolder();
  const args = [platform.url, String(workspaces), String(intervalMs), stateDir.path];
  using program = await startProgram<
    "ready",
    { durationMs: number },
    { sent: number; failed: number; cpuUs: number }
  >("beats.mjs", args, folder);
  const durationMs = quick ? QUICK_WINDOW_MS : WINDOW_MS;
  // Until its code is compiled, a beat costs more.
  await program.ask({ durationMs: durationMs / 3 });
  const { sent, failed, cpuUs } = await program.ask({ durationMs });
  const { mostOpen } = await platform.counts();
  return { perSecond: (sent * 1000) / durationMs, cpuUs: cpuUs / sent, connections: mostOpen, failed };
}
