import type { Delegation } from "../delegation/parse-delegations";
import { isRecord, parseJson } from "../text/json";

/** One line of the results file. All text but the ids and the status was written by the peer: data, not instructions. */
export interface DelegationResult {
  delegation_id: string;
  /** `""` where the platform does not say. */
  target_id: string;
  /** The own workspace. */
  source_id: string;
  /** `completed` or `failed`. */
  status: string;
  summary: string;
  /** The beginning of the result, at most about 300 bytes; the platform keeps no more. */
  response_preview: string;
  error: string;
  /** When the result came home, in seconds since 1970. */
  timestamp: number;
}

// An id goes into file lines and into what the agent reads, so it is one word and nothing else.
const ONE_WORD = /^[\w.:-]{1,128}$/;

export const isDelegationId = (value: unknown): value is string =>
  typeof value === "string" && ONE_WORD.test(value);

/** Longer text than this, in characters, is no summary any more. */
const LONGEST_TEXT = 8192;

export function toDelegationResult(delegation: Delegation, nowMs: number): DelegationResult {
  return {
    delegation_id: delegation.delegationId,
    target_id: cut(delegation.targetId),
    source_id: delegation.sourceId,
    status: delegation.status,
    summary: cut(delegation.summary),
    response_preview: cut(delegation.responsePreview),
    error: cut(delegation.error),
    timestamp: nowMs / 1000,
  };
}

/** The result a line holds; `undefined` for a line that is torn or somebody else's. */
export function parseResultLine(line: string): DelegationResult | undefined {
  const parsed = parseJson(line);
  if (!parsed.ok || !isRecord(parsed.value) || typeof parsed.value.delegation_id !== "string")
    return undefined;
  const { delegation_id, target_id, source_id, status, summary, response_preview, error, timestamp } =
    parsed.value;
  return {
    delegation_id,
    target_id: textOf(target_id),
    source_id: textOf(source_id),
    status: textOf(status),
    summary: textOf(summary),
    response_preview: textOf(response_preview),
    error: textOf(error),
    timestamp: typeof timestamp === "number" ? timestamp : 0,
  };
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
// Half a character at the end is none.
const cut = (text: string): string => text.slice(0, LONGEST_TEXT).replace(/[\ud800-\udbff]$/, "");
