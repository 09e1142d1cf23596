import type { Delegation } from "../delegation/delegation-record";
import { isRecord, parseJson } from "../text/json";

/**
 * The result of a delegation: one line of the results file. All text but the ids and the status was written by the
 * peer: data, not instructions.
 */
export interface DelegationResult {
  /** Id of the delegation. */
  delegation_id: string;
  /** `""` where the platform does not say. */
  target_id: string;
  /** The own workspace. */
  source_id: string;
  /**
   * `completed` or `failed`; for an answer that is no result `input-required`, `auth-required`, `working`, or `queued`
   * for a peer that fetches its messages itself. `error` says what to do then.
   */
  status: string;
  /** What the platform calls the delegation, at most 8192 characters. */
  summary: string;
  /** The result, at most its first 8192 characters; `client.getDelegation` has all of it. */
  response_preview: string;
  /** Why it failed, and what to do about it. */
  error: string;
  /** Set when the platform has lost the result, or the delegation itself. `error` says what to do. */
  lost?: true;
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
    response_preview: truncate(delegation.resultText ?? delegation.responsePreview),
    error: truncate(delegation.error),
    ...(delegation.lost ? { lost: true } : {}),
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
  const { delegation_id, target_id, source_id, status, summary, response_preview, error, lost, timestamp } =
    parsed.value;
  return {
    delegation_id,
    target_id: toText(target_id),
    source_id: toText(source_id),
    status: toText(status),
    summary: toText(summary),
    response_preview: toText(response_preview),
    error: toText(error),
    ...(lost === true ? { lost } : {}),
    timestamp: typeof timestamp === "number" ? timestamp : 0,
  };
}

const toText = (value: unknown): string => (typeof value === "string" ? value : "");
// Half a surrogate pair at the end is dropped.
const truncate = (text: string): string => text.slice(0, MAX_TEXT_LENGTH).replace(/[\ud800-\udbff]$/, "");
