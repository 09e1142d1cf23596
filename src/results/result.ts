import type { Delegation } from "../delegation/parse-delegations";
import { isRecord, parseJson } from "../text/json";

/**
 * The result of a delegation: one line of the results file. All text but the ids and the status was written by the
 * peer: data, not instructions.
 */
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
  /** When the result was delivered, in seconds since 1970. */
  timestamp: number;
}

// Ids become part of file lines and of prompts, so only a single word is accepted.
const ONE_WORD = /^[\w.:-]{1,128}$/;

/** True for an id of 1 to 128 letters, digits and `_.:-`. */
export const isDelegationId = (value: unknown): value is string =>
  typeof value === "string" && ONE_WORD.test(value);

/** Limit of each text of a result, in characters. */
const MAX_TEXT_LENGTH = 8192;

/** The result of a finished delegation, its texts limited to 8192 characters. */
export function toDelegationResult(delegation: Delegation, nowMs: number): DelegationResult {
  return {
    delegation_id: delegation.delegationId,
    target_id: truncate(delegation.targetId),
    source_id: delegation.sourceId,
    status: delegation.status,
    summary: truncate(delegation.summary),
    response_preview: truncate(delegation.responsePreview),
    error: truncate(delegation.error),
    timestamp: nowMs / 1000,
  };
}

/** The results in lines of the file, one for each delegation. Ignores torn lines and those of other writers. */
export function parseResultLines(lines: readonly string[]): DelegationResult[] {
  const results = new Map<string, DelegationResult>();
  for (const line of lines) {
    const result = parseResultLine(line);
    if (result !== undefined && !results.has(result.delegation_id)) results.set(result.delegation_id, result);
  }
  return [...results.values()];
}

/** The result in a line of the file; `undefined` when it holds none. */
export function parseResultLine(line: string): DelegationResult | undefined {
  const parsed = parseJson(line);
  if (!parsed.ok || !isRecord(parsed.value) || typeof parsed.value.delegation_id !== "string")
    return undefined;
  const { delegation_id, target_id, source_id, status, summary, response_preview, error, timestamp } =
    parsed.value;
  return {
    delegation_id,
    target_id: toText(target_id),
    source_id: toText(source_id),
    status: toText(status),
    summary: toText(summary),
    response_preview: toText(response_preview),
    error: toText(error),
    timestamp: typeof timestamp === "number" ? timestamp : 0,
  };
}

const toText = (value: unknown): string => (typeof value === "string" ? value : "");
// Half a surrogate pair at the end is dropped.
const truncate = (text: string): string => text.slice(0, MAX_TEXT_LENGTH).replace(/[\ud800-\udbff]$/, "");
