import type { InboundFacts } from "../../identity/inbound";
import { equalsInConstantTime } from "./constant-time";

/**
 * Who may send requests: `inbound-secret` the platform alone, `optional` also whoever sends no `Authorization` at all.
 * A function decides by itself, without reading the body; one that throws refuses.
 */
export type Authenticate = "inbound-secret" | "optional" | ((request: Request) => boolean | Promise<boolean>);

export type AuthenticationRefusal = "unsigned" | "wrong-secret" | "no-secret" | "not-allowed";

export interface AuthenticationOptions {
  /** `undefined`: as `inbound-secret`, and as `optional` where the platform is known to sign nothing. */
  readonly authenticate: Authenticate | undefined;
  readonly facts: InboundFacts;
  /** The secrets with which the platform may sign: as they were received or stored last. May reject. */
  readSecrets(): Promise<readonly string[]>;
  /** Gets the newest secret, if it can. */
  readonly refreshSecret?: () => Promise<boolean>;
  /** Called when a request without a signature is accepted. */
  onUnsigned(): void;
}

/** Why a request is refused; `undefined` for one that is accepted. Never rejects. */
export async function authenticateRequest(
  request: Request,
  options: AuthenticationOptions,
): Promise<AuthenticationRefusal | undefined> {
  const { authenticate, facts, onUnsigned, refreshSecret } = options;
  if (typeof authenticate === "function") return askFunction(authenticate, request);
  const given = request.headers.get("authorization");
  if (given === null) {
    const isAccepted =
      authenticate === "optional" || (authenticate === undefined && facts.isSigned === false);
    if (!isAccepted) return "unsigned";
    onUnsigned();
    return undefined;
  }
  const refusal = await compareSecret(given, options);
  if (refusal === undefined || !(await refreshSecret?.())) return refusal;
  return compareSecret(given, options);
}

async function compareSecret(
  given: string,
  { readSecrets }: AuthenticationOptions,
): Promise<AuthenticationRefusal | undefined> {
  // A file that cannot be read holds no secret: the next beat brings it again.
  const secrets = await readSecrets().catch(() => []);
  if (secrets.length === 0) return "no-secret";
  const results = secrets.map((secret) => equalsInConstantTime(given, `Bearer ${secret}`));
  return results.includes(true) ? undefined : "wrong-secret";
}

async function askFunction(
  authenticate: (request: Request) => boolean | Promise<boolean>,
  request: Request,
): Promise<AuthenticationRefusal | undefined> {
  try {
    return (await authenticate(request)) === true ? undefined : "not-allowed";
  } catch {
    return "not-allowed";
  }
}
