import { type Check, check } from "../check";
import { expectResponse } from "../expect";
import { type Credentials, credentialsOf, type SendRequest } from "../http";
import { beat } from "../requests";

/** Sends heartbeats in order and checks the status after each, then restores the status. */
async function expectStatuses(
  request: SendRequest,
  workspace: Credentials,
  beats: readonly [fields: object, status: string][],
) {
  try {
    for (const [fields, status] of beats) {
      await beat(request, workspace, fields);
      expectResponse(await request("GET", `/workspaces/${workspace.id}`), 200, { status });
    }
  } finally {
    await beat(request, workspace);
    await beat(request, workspace);
  }
}

const wedge = { runtime_state: "wedged", sample_error: "init timeout" };
const managesStatus = { runtime_metadata: { capabilities: { status_mgmt: true } } };

const SEQUENCES: readonly [
  name: string,
  title: string,
  beats: readonly [fields: object, status: string][],
][] = [
  [
    "wedge",
    "A wedged agent is degraded until the wedge ends, whatever its error rate",
    [
      [{}, "online"],
      [wedge, "degraded"],
      [{ ...wedge, error_rate: 0 }, "degraded"],
      [{}, "online"],
    ],
  ],
  [
    "other-states",
    "No other runtime state degrades an agent",
    [
      [{ runtime_state: "Wedged" }, "online"],
      [{ runtime_state: "thinking" }, "online"],
    ],
  ],
  [
    "errors",
    "An error rate of 0.5 degrades an agent, a lower one does not",
    [
      [{ error_rate: 0.49 }, "online"],
      [{ error_rate: 0.5 }, "degraded"],
    ],
  ],
  [
    "recovery",
    "A degraded agent recovers below an error rate of 0.1",
    [
      [{ error_rate: 0.9 }, "degraded"],
      [{ error_rate: 0.3 }, "degraded"],
      [{ error_rate: 0.1 }, "degraded"],
      [{ error_rate: 0.09 }, "online"],
    ],
  ],
  [
    "recovery-needs-both",
    "A degraded agent does not recover while it reports a runtime state",
    [
      [{ error_rate: 0.9 }, "degraded"],
      [{ error_rate: 0, runtime_state: "thinking" }, "degraded"],
    ],
  ],
  [
    "own-judgement",
    "The error rate is ignored for an agent that manages its own status",
    [
      [managesStatus, "online"],
      [{ ...managesStatus, error_rate: 1 }, "online"],
    ],
  ],
];

export const STATUS: readonly Check[] = [
  ...SEQUENCES.map(([name, title, beats]) =>
    check({
      id: `status.${name}`,
      title,
      needs: ["scratch"],
      run: ({ request, scratch }) => expectStatuses(request, scratch(), beats),
    }),
  ),
  ...["offline", "provisioning"].map((status) => createStatusCheck(status, "online")),
  ...["paused", "hibernated"].map((status) => createStatusCheck(status, status)),
  ...["awaiting_agent", "failed"].flatMap((status) => [
    createStatusCheck(status, status, "2026-04"),
    createStatusCheck(status, "online", "2026-05"),
  ]),
];

/** Checks the status after a heartbeat. */
function createStatusCheck(before: string, after: string, only?: "2026-04" | "2026-05"): Check {
  const verb = before === after ? "does not change" : "brings online";
  return check({
    id: `status.${before}${only === "2026-04" ? "-stays" : ""}`,
    title: `A heartbeat ${verb} a workspace that is ${before}`,
    ...(only !== undefined && { only }),
    needs: ["embedded"],
    run: async ({ request, embedded }) => {
      const workspace = credentialsOf(embedded.addWorkspace({ status: before }));
      await beat(request, workspace);
      expectResponse(await request("GET", `/workspaces/${workspace.id}`), 200, { status: after });
    },
  });
}
