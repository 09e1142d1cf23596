import { validateHeaderName, validateHeaderValue } from "node:http";
import type { FaultAction } from "./fault-action";
import type { FaultKind } from "./fault-kind";
import { FAULTS } from "./fault-table";
import { statusAnswer } from "./status-answer";

/**
 * What goes wrong: a kind, or an answer in the platform's place. Of an answer, a string or bytes are sent as they
 * are and anything else as JSON.
 */
export type Fault =
  | {
      kind: FaultKind;
      /** How long the platform waits before it does so, in milliseconds of its clock. @default 0 */
      delayMs?: number | undefined;
    }
  | {
      /** 200 to 999. */
      status: number;
      headers?: Record<string, string> | undefined;
      body?: unknown;
      /** How long the platform waits before it does so, in milliseconds of its clock. @default 0 */
      delayMs?: number | undefined;
    };

/** What the platform has to do for a fault. Throws for a fault that cannot be made. */
export function actionOf(fault: Fault): FaultAction {
  if ("kind" in fault) {
    if (!Object.hasOwn(FAULTS, fault.kind)) {
      throw new Error(`Unknown fault kind \`${fault.kind}\`, known are ${Object.keys(FAULTS).join(", ")}`);
    }
    return FAULTS[fault.kind];
  }
  const { status, headers = {}, body } = fault;
  if (!Number.isInteger(status) || status < 200 || status > 999) {
    throw new Error(`Expected the \`status\` of a fault to be from 200 to 999, got \`${status}\``);
  }
  for (const [name, value] of Object.entries(headers)) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  }
  return statusAnswer(status, headers, body);
}

export function delayOf({ delayMs = 0 }: Fault): number {
  if (!Number.isFinite(delayMs) || delayMs < 0) {
    throw new Error(`Expected \`delayMs\` to be zero or more, got \`${delayMs}\``);
  }
  return delayMs;
}
