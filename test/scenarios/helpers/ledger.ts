import { existsSync, readFileSync } from "node:fs";
import type { DelegationResult } from "a2a-peers/heartbeat";
import { answerTo, type Language } from "./tasks";

/** One entry of a runtime's journal. */
export type Entry =
  /** The runtime is about to delegate a task. */
  | { type: "intent"; key: string; task: string }
  /** The platform has taken it. */
  | { type: "receipt"; key: string; id: string; warning?: string }
  | { type: "refused"; key: string; error: string }
  /** The agent has begun a task of its peer. */
  | { type: "run"; task: string }
  | { type: "read"; results: DelegationResult[] }
  | { type: "acknowledged"; ids: string[] };

/** The entries of a journal so far; none while it does not exist. */
export function readEntries(path: string): Entry[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Entry);
}

/** What became of the delegations of one or more runtimes, in numbers of delegations. */
export interface Figures {
  handedOut: number;
  /** Delivered as completed, with the whole answer. */
  whole: number;
  /** Delivered as lost. */
  lost: number;
  /** Delivered as failed, with an error, and not lost. */
  failed: number;
  /** Not delivered, and its receipt says that the platform does not track it. */
  untracked: number;
  /** Delivered as anything else, for instance with a part of the answer. */
  damaged: number;
  /** Delivered again after it was acknowledged. */
  twice: number;
  /** Neither delivered nor called untracked. */
  silent: number;
  /** Delivered without a receipt: the caller was killed, and the platform ran the task without its key. */
  withoutReceipt: number;
  /** Tasks that an agent has begun more than once. */
  ranTwice: number;
  wakeUps: number;
  emptyWakeUps: number;
}

type Receipt = Extract<Entry, { type: "receipt" }>;
type Outcome = "whole" | "lost" | "failed" | "untracked" | "damaged" | "silent";

/** Looks for each delegation that was handed out in what its runtime has read. */
export function countOutcomes(journals: readonly (readonly Entry[])[], language: Language): Figures {
  const entries = journals.flat();
  const { counts, read } = readDeliveries(entries);
  const tasks = new Map(select(entries, "intent").map(({ key, task }) => [key, task]));
  const receipts = new Map(select(entries, "receipt").map((receipt) => [receipt.id, receipt]));
  const outcomes = [...receipts.values()].map((receipt) =>
    getOutcome(receipt, read.get(receipt.id), answerTo(tasks.get(receipt.key) ?? "", language)),
  );
  const count = (outcome: Outcome): number => outcomes.filter((each) => each === outcome).length;
  const reads = select(entries, "read");
  const runs = select(entries, "run").map(({ task }) => task);
  return {
    handedOut: receipts.size,
    whole: count("whole"),
    lost: count("lost"),
    failed: count("failed"),
    untracked: count("untracked"),
    damaged: count("damaged"),
    twice: [...counts.values()].filter((times) => times > 1).length,
    silent: count("silent"),
    withoutReceipt: [...read.keys()].filter((id) => !receipts.has(id)).length,
    ranTwice: new Set(runs.filter((task, index) => runs.indexOf(task) !== index)).size,
    wakeUps: reads.length,
    emptyWakeUps: reads.filter(({ results }) => results.length === 0).length,
  };
}

/** What was handed out and neither came home nor was said to be lost, or came home as something else. */
export function findFaults(entries: readonly Entry[], language: Language): unknown[] {
  const { read } = readDeliveries(entries);
  const tasks = new Map(select(entries, "intent").map(({ key, task }) => [key, task]));
  return select(entries, "receipt").flatMap((receipt) => {
    const result = read.get(receipt.id);
    const outcome = getOutcome(receipt, result, answerTo(tasks.get(receipt.key) ?? "", language));
    return outcome === "silent" || outcome === "damaged" ? [{ outcome, ...receipt, ...result }] : [];
  });
}

/** How often each result was delivered, and what it was. A result read again before it was acknowledged counts once. */
function readDeliveries(entries: readonly Entry[]) {
  const read = new Map<string, DelegationResult>();
  const counts = new Map<string, number>();
  const open = new Set<string>();
  for (const entry of entries) {
    if (entry.type === "acknowledged") for (const id of entry.ids) open.delete(id);
    if (entry.type !== "read") continue;
    for (const result of entry.results) {
      const { delegation_id: id } = result;
      if (!open.has(id)) counts.set(id, (counts.get(id) ?? 0) + 1);
      open.add(id);
      read.set(id, result);
    }
  }
  return { counts, read };
}

function getOutcome({ warning }: Receipt, result: DelegationResult | undefined, answer: string): Outcome {
  if (result === undefined) return warning === undefined ? "silent" : "untracked";
  const { status, response_preview, error, lost } = result;
  if (lost && error !== "") return "lost";
  if (status === "failed" && error !== "") return "failed";
  return status === "completed" && response_preview === answer ? "whole" : "damaged";
}

function select<Type extends Entry["type"]>(
  entries: readonly Entry[],
  type: Type,
): Extract<Entry, { type: Type }>[] {
  return entries.filter((entry): entry is Extract<Entry, { type: Type }> => entry.type === type);
}
