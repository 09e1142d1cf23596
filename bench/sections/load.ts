import { startChild } from "../faults/child";
import { startProgram } from "../program";
import { atLeast, atMost, type Context, type Section } from "../section";
import { startStubPlatform } from "../stub-platform";

const PUSHES = 100_000;
const PEERS = 10_000;
const HOLD_MS = 200;
const DELAY_GOAL_MS = 50;
const MEMORY_GOAL_KIB = 50;

interface Held {
  readonly ms: number;
  /** The largest delay of the event loop, in ms. */
  readonly delayMs: number;
}

interface Sends extends Held {
  readonly answered: number;
  readonly bytesEach: number;
}

/** What happens at once: the largest delay of the event loop, and what concurrent sends to slow peers take. */
export const load: Section = {
  name: "load",
  async run(context) {
    const count = context.quick ? 2000 : 10_000;
    const sends = await measureSends(context, count);
    using platform = await startStubPlatform();
    await platform.configure({ peers: PEERS });
    const measure = (task: string) => runTask<Held>(context, platform.url, task, PUSHES);
    const pushes = await measure("pushes at once");
    const slices = await measure("pushes in slices");
    const list = await runTask<Held & { again: Held }>(context, platform.url, "list", 1);
    const parse = await measure("JSON.parse of the list");
    const sendTitle = `${count.toLocaleString("en")} sends at once to peers that take ${HOLD_MS} ms`;
    const rows = [
      toRow(sendTitle, sends),
      toRow("100,000 pushes enriched in one turn of the loop", pushes),
      toRow("100,000 pushes enriched in 100 turns", slices),
      toRow("a list of 10,000 peers", list),
      toRow("the same list again", list.again),
      toRow("for comparison: JSON.parse of that list", parse),
    ];
    const kibibytes = sends.bytesEach / 1024;
    return {
      tables: [
        { title: "Delays of the event loop", rows },
        {
          title: "Concurrent sends",
          rows: [
            {
              what: sendTitle,
              answered: sends.answered,
              seconds: sends.ms / 1000,
              "KiB of heap each": kibibytes,
            },
          ],
        },
      ],
      goals: [
        atLeast(`answered of ${sendTitle}`, sends.answered, count),
        atMost("heap of each of them", kibibytes, MEMORY_GOAL_KIB, "KiB"),
        atMost("delay of the loop by them", sends.delayMs, DELAY_GOAL_MS, "ms"),
        atMost("delay of the loop by 100,000 pushes", slices.delayMs, DELAY_GOAL_MS, "ms"),
        atMost("delay of the loop by a list of 10,000 peers", list.delayMs, DELAY_GOAL_MS, "ms"),
      ],
    };
  },
};

const toRow = (what: string, { ms, delayMs }: Held) => ({ what, ms, "largest delay ms": delayMs });

async function measureSends(context: Context, count: number): Promise<Sends> {
  using peers = await startChild<string>("./held-peers.ts", String(HOLD_MS));
  return await runTask<Sends>(context, peers.ready, "sends", count);
}

async function runTask<Answer>(
  { folder }: Context,
  url: string,
  task: string,
  count: number,
): Promise<Answer> {
  using program = await startProgram<Answer, object, never>("load.mjs", [url, task, String(count)], folder);
  return program.ready;
}
