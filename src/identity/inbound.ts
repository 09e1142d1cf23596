import { isRecord } from "../text/json";

/** What is known of the calls that the platform makes to the agent of one workspace. */
export interface InboundFacts {
  /** The secret with which the platform signs them, as it was received last in this process. */
  secret: string | undefined;
  /** Whether the platform signs them: one of April 2026 does not. `undefined` before the first registration. */
  isSigned: boolean | undefined;
}

export const createInboundFacts = (): InboundFacts => ({ secret: undefined, isSigned: undefined });

/** The secrets of one workspace that are kept out of errors; the oldest above this is forgotten. */
const MAX_SECRETS = 16;

const VISIBLE_ASCII = /^[\x21-\x7e]{1,4096}$/;

/** True for what a header can hold as a secret. */
export const isInboundSecret = (value: unknown): value is string =>
  typeof value === "string" && VISIBLE_ASCII.test(value);

/** What of a workspace holds its secrets. */
interface SecretHolder {
  readonly inbound: InboundFacts;
  readonly secrets: Set<string>;
}

/** Takes the secret in the platform's answer to a registration or a beat, if it has one, into use. */
export function adoptInboundSecret(workspace: SecretHolder, answer: unknown): string | undefined {
  const secret = isRecord(answer) ? answer.platform_inbound_secret : undefined;
  if (!isInboundSecret(secret)) return undefined;
  workspace.inbound.secret = secret;
  workspace.inbound.isSigned = true;
  rememberSecret(workspace, secret);
  return secret;
}

/**
 * Takes what the answer to a registration says. The versions that sign name the delivery mode, also while they have no
 * secret for the workspace.
 */
export function adoptRegistrationAnswer(workspace: SecretHolder, answer: unknown): void {
  if (adoptInboundSecret(workspace, answer) !== undefined || !isRecord(answer)) return;
  workspace.inbound.isSigned = typeof answer.delivery_mode === "string";
}

/** Keeps a secret out of errors. */
export function rememberSecret({ secrets }: SecretHolder, secret: string): void {
  secrets.delete(secret);
  secrets.add(secret);
  const [oldest] = secrets;
  if (oldest !== undefined && secrets.size > MAX_SECRETS) secrets.delete(oldest);
}
