import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import type { DeliveryMode } from "a2a-peers";
import { installRuntimes, type Runtime } from "../../scripts/runtimes.mjs";
import { FAULT_ROWS, type FaultRow, nameOf } from "../../test/helpers/sockets-fault-rows";
import {
  allowed,
  exposureOf,
  isRetried,
  type Sent,
  sendInto,
  violations,
} from "../../test/helpers/sockets-fault-send";
import type { Library } from "./library";
import { startRemoteClients } from "./remote-client";
import { runPrograms } from "./run-program";
import { judged, notRun, type Row } from "./section";

const SEND = fileURLToPath(new URL("./hosts/send.mjs", import.meta.url));

/** For faults that are not repeated the mode makes no difference. */
const SENDS = FAULT_ROWS.flatMap((row): { row: FaultRow; mode: DeliveryMode }[] => [
  { row, mode: "at-least-once" },
  ...(isRetried(row.expected) ? [{ row, mode: "at-most-once" } as const] : []),
]);

/** What one send came to, beside what the table of faults says of sends over Node's sockets. */
type Verdict = "as in the table" | "`maybe` instead" | "otherwise";

/** The built package on other runtimes: the messages of every host, and sends into every fault. */
export async function* runRuntimes(library: Library, dist: string): AsyncGenerator<Row> {
  const installed = await installRuntimes();
  // All at once: most of the time they wait for what never comes.
  const rows = await Promise.all(installed.map((runtime) => runRuntime(runtime, library, dist)));
  yield* rows.flat();
}

async function runRuntime(runtime: Runtime, library: Library, dist: string): Promise<Row[]> {
  const { name, binary, args, version = "", reason = "" } = runtime;
  if (binary === undefined) return [notRun(name, reason)];
  return [
    await runPrograms(`${name} (${version})`, [[binary, ...args, SEND, dist]]),
    await runFaults({ ...runtime, binary }, library, dist),
  ];
}

/**
 * Sends into each fault from the runtime; the faults are those of this process. Without Node's sockets a client does not
 * know how far a request came, so that `maybe` is right there.
 */
async function runFaults(
  runtime: Runtime & { binary: string },
  { testing }: Library,
  dist: string,
): Promise<Row> {
  const what = `${runtime.name}: sends into faults`;
  const isNode = runtime.name.startsWith("Node");
  const counts = new Map<Verdict, number>();
  const findings: string[] = [];
  await using clients = startRemoteClients(runtime, dist);
  const parts = { startPlatform: testing.startPlatform, createA2AClient: clients.createA2AClient };
  try {
    for (const { row, mode } of SENDS) {
      const send = () => sendInto(parts, exposureOf(row), mode);
      let sent = await send();
      // A machine that is busy may let a time limit pass: the second time counts.
      if (isNode && compare(row, sent, mode, isNode) !== "as in the table") sent = await send();
      const verdict = compare(row, sent, mode, isNode);
      counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
      findings.push(...violations(row, sent, mode), ...untruths(row, sent));
      if (isNode && verdict !== "as in the table") findings.push(`${nameOf(row)}: ${verdict}`);
    }
  } catch (error) {
    findings.push(String(error));
  }
  return judged(what, [...counts].map(([verdict, count]) => `${count} ${verdict}`).join(", "), findings);
}

function compare(row: FaultRow, sent: Sent, mode: DeliveryMode, isNode: boolean): Verdict {
  const { outcome, retryable, attempts, complete } = sent;
  const expected = [row.expected, isNode ? [] : (row.overFetch ?? [])].flat();
  const isAsExpected = allowed(expected, mode).some((each) =>
    isDeepStrictEqual(each, { outcome, retryable, attempts, complete }),
  );
  if (isAsExpected) return "as in the table";
  return "delivery" in outcome && outcome.delivery === "maybe" ? "`maybe` instead" : "otherwise";
}

/** What is said of a message that did not arrive. */
function untruths(row: FaultRow, { outcome, complete }: Sent): string[] {
  const isConfirmed = !("delivery" in outcome) || outcome.delivery === "confirmed";
  return isConfirmed && complete === 0 ? [`${nameOf(row)}: confirmed, and not received`] : [];
}
