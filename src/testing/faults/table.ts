import { validateHeaderName, validateHeaderValue } from "node:http";
import { ANSWERS } from "./answers";
import { BROKEN_RESPONSES } from "./broken-response";
import { CONNECTION_FAULTS } from "./connection";
import { CONTENT_FAULTS } from "./content";
import type { Fault, FaultAction } from "./fault";
import type { FaultKind } from "./kinds";
import { PROTOCOL_FAULTS } from "./protocol";
import { REDIRECTS } from "./redirects";
import { respond } from "./responses";
import { UPLOAD_FAULTS } from "./upload";

/** The effect of each kind; {@link FaultKind} documents what a client sees. */
const FAULTS: Readonly<Record<FaultKind, FaultAction>> = {
  ...CONNECTION_FAULTS,
  ...UPLOAD_FAULTS,
  ...BROKEN_RESPONSES,
  ...CONTENT_FAULTS,
  ...PROTOCOL_FAULTS,
  ...REDIRECTS,
  ...ANSWERS,
};

/** Every kind of fault, to run an agent or a client against each. */
export const faultKinds: readonly FaultKind[] = Object.freeze(Object.keys(FAULTS) as FaultKind[]);

/** The effect of a fault. Throws for an unknown kind and for an invalid response. */
export function toFaultAction(fault: Fault): FaultAction {
  if ("kind" in fault) {
    if (!Object.hasOwn(FAULTS, fault.kind)) {
      throw new Error(`Unknown fault kind \`${fault.kind}\`, known are ${faultKinds.join(", ")}`);
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
  return respond(status, headers, body);
}
