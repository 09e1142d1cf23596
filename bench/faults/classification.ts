import type { A2AClientOptions, DeliveryMode } from "a2a-peers";
import { FAULT_ROWS, type FaultRow, nameOf } from "../../test/helpers/sockets-fault-rows";
import {
  allowed,
  exposureOf,
  isRetried,
  type Observed,
  type Package,
  type Sent,
  sendInto,
  violations,
} from "../../test/helpers/sockets-fault-send";
import { OTHER_REFUSALS, PLATFORM_REFUSALS, type RefusalRow } from "../../test/messaging/refusal-rows";
import { runFullQueue } from "./full-queue";
import { judged, notRun, type Row, type Section } from "./section";

/** No wait that a response asks for fits, so that no send lasts. */
const WITHOUT_WAITS: A2AClientOptions = {
  retry: { maxAttempts: 3, baseDelayMs: 1, maxDelayMs: 1, jitter: 0, budgetMs: 900 },
};

/** In the short form, where many sends wait for a silence to end. */
const SENDS_AT_ONCE = 8;

/** For each fault: the error, what it says of the delivery, whether it was repeated, and what really arrived. */
export const classification: Section = {
  name: "classification",
  async *run(context) {
    const { library, short } = context;
    const parts: Package = { ...library.main, ...library.testing };
    const sends: [FaultRow, DeliveryMode][] = FAULT_ROWS.flatMap((row) => {
      const once: [FaultRow, DeliveryMode] = [row, "at-least-once"];
      // For faults that are not repeated the mode makes no difference.
      return short || !isRetried(row.expected) ? [once] : [once, [row, "at-most-once"]];
    });
    yield* inOrder(sends, short ? SENDS_AT_ONCE : 1, ([row, mode]) => runFault(parts, row, mode));
    for (const row of [...PLATFORM_REFUSALS, ...OTHER_REFUSALS]) yield await runRefusal(parts, row);
    if (process.platform === "linux") yield await runFullQueue(context);
    else yield notRun("accept queue full, SYN dropped", "other systems refuse instead");
    yield notRun("name lookup fails with EAI_AGAIN", "needs a resolver that is down; ENOTFOUND is tried");
    yield notRun("localhost is ::1 and 127.0.0.1", "depends on the hosts file of the machine");
  },
};

/** The results in the order of the items, of which at most `width` are under way at once. */
async function* inOrder<Item, Result>(
  items: readonly Item[],
  width: number,
  run: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const underWay: Promise<Result>[] = [];
  for (const item of items) {
    underWay.push(run(item));
    if (underWay.length === width) yield await (underWay.shift() as Promise<Result>);
  }
  for (const last of underWay) yield await last;
}

async function runFault(parts: Package, row: FaultRow, mode: DeliveryMode): Promise<Row> {
  const sent = await sendInto(parts, exposureOf(row), mode);
  const { outcome, retryable, attempts, complete } = sent;
  const found = violations(row, sent, mode);
  const isExpected = allowed(row.expected, mode).some((each) =>
    isEqual(each, { outcome, retryable, attempts, complete }),
  );
  if (!isExpected) found.push("not what the table of faults says");
  return judged(
    mode === "at-least-once" ? nameOf(row) : `${nameOf(row)}, at most once`,
    describe(sent),
    found,
  );
}

async function runRefusal(
  parts: Package,
  { name, status, body, headers, ...verdict }: RefusalRow,
): Promise<Row> {
  const inject = { status, body, ...(headers && { headers }) };
  const sent = await sendInto(parts, { inject }, "at-least-once", WITHOUT_WAITS);
  const { outcome, retryable } = sent;
  const isExpected =
    "code" in outcome &&
    outcome.code === verdict.code &&
    outcome.delivery === verdict.delivery &&
    retryable === verdict.repeated;
  return judged(name, describe(sent), isExpected ? [] : ["not what the table of refusals says"]);
}

const isEqual = (left: Observed, right: Observed) =>
  JSON.stringify(sorted(left)) === JSON.stringify(sorted(right));
const sorted = ({ outcome, ...rest }: Observed) => [
  Object.entries(outcome).sort(),
  Object.entries(rest).sort(),
];

function describe({ outcome, attempts, complete, elapsedMs }: Sent): string {
  const what =
    "code" in outcome
      ? `${outcome.code}, ${outcome.delivery}`
      : "text" in outcome
        ? "answered"
        : outcome.kind;
  return `${what.padEnd(27)} ${attempts} sent, ${complete} received, ${Math.round(elapsedMs)} ms`;
}
