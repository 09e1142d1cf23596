import type { Ask, Party } from "../ask";
import { type Check, check } from "../check";
import { expectAnswer } from "../expect";
import { beat } from "./heartbeat";

/** Heartbeats one after the other, each with the status it must leave behind. The last one makes it well again. */
async function expectStatuses(ask: Ask, who: Party, beats: readonly [said: object, status: string][]) {
  try {
    for (const [said, status] of beats) {
      await beat(ask, who, said);
      expectAnswer(await ask("GET", `/workspaces/${who.id}`), 200, { status });
    }
  } finally {
    await beat(ask, who);
    await beat(ask, who);
  }
}

const wedge = { runtime_state: "wedged", sample_error: "init timeout" };
const judgesItself = { runtime_metadata: { capabilities: { status_mgmt: true } } };

const MOVES: readonly [name: string, title: string, beats: readonly [said: object, status: string][]][] = [
  [
    "wedge",
    "A wedged agent is degraded until it is over, however few its errors",
    [
      [{}, "online"],
      [wedge, "degraded"],
      [{ ...wedge, error_rate: 0 }, "degraded"],
      [{}, "online"],
    ],
  ],
  [
    "other-states",
    "No other state of the runtime degrades it",
    [
      [{ runtime_state: "Wedged" }, "online"],
      [{ runtime_state: "thinking" }, "online"],
    ],
  ],
  [
    "errors",
    "Half of all requests failing degrades it, fewer do not",
    [
      [{ error_rate: 0.49 }, "online"],
      [{ error_rate: 0.5 }, "degraded"],
    ],
  ],
  [
    "recovery",
    "It recovers below one error in ten, and not before",
    [
      [{ error_rate: 0.9 }, "degraded"],
      [{ error_rate: 0.3 }, "degraded"],
      [{ error_rate: 0.1 }, "degraded"],
      [{ error_rate: 0.09 }, "online"],
    ],
  ],
  [
    "recovery-needs-both",
    "Nor while the runtime is in any state",
    [
      [{ error_rate: 0.9 }, "degraded"],
      [{ error_rate: 0, runtime_state: "thinking" }, "degraded"],
    ],
  ],
  [
    "own-judgement",
    "Errors do not matter for an agent that declared to judge itself",
    [
      [judgesItself, "online"],
      [{ ...judgesItself, error_rate: 1 }, "online"],
    ],
  ],
];

export const STATUS: readonly Check[] = [
  ...MOVES.map(([name, title, beats]) =>
    check({
      id: `status.${name}`,
      title,
      needs: ["scratch"],
      run: ({ ask, scratch }) => expectStatuses(ask, scratch(), beats),
    }),
  ),
  ...["offline", "provisioning"].map((status) => moveOf(status, "online")),
  ...["paused", "hibernated"].map((status) => moveOf(status, status)),
  ...["awaiting_agent", "failed"].flatMap((status) => [
    moveOf(status, status, "2026-04"),
    moveOf(status, "online", "2026-05"),
  ]),
];

/** What a heartbeat makes of a status. */
function moveOf(before: string, after: string, only?: "2026-04" | "2026-05"): Check {
  const verb = before === after ? "leaves" : "brings back";
  return check({
    id: `status.${before}${only === "2026-04" ? "-stays" : ""}`,
    title: `A heartbeat ${verb} who is ${before}`,
    ...(only !== undefined && { only }),
    needs: ["embedded"],
    run: async ({ ask, embedded }) => {
      const { id, token } = embedded.addWorkspace({ status: before });
      await beat(ask, { id, token: token ?? "" });
      expectAnswer(await ask("GET", `/workspaces/${id}`), 200, { status: after });
    },
  });
}
