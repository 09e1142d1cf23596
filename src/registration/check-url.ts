import { invalidArgument } from "../errors";
import type { DeployMode } from "../identity/deploy-mode";
import type { Calls } from "../transport/call";
import { adviceForUrl, parseAgentUrl, type UrlProblem } from "./agent-url";
import { type HostLookup, isNoSuchHost } from "./host-lookup";

export interface UrlCheckContext {
  calls: Calls;
  deployMode: DeployMode;
  lookup: HostLookup | undefined;
}

interface LookupLimits {
  /** Milliseconds until the lookup is given up and the platform judges alone. */
  timeoutMs: number;
  signal: AbortSignal | undefined;
}

const IF_HOSTED =
  "If the platform is hosted, where agents may live in private networks, set the client's `deployMode` to 'saas'. ";

/**
 * Checks the URL of an agent before the platform is asked, which does not always say what is wrong with one. Throws
 * `invalid_argument`. Answers what a stricter platform than the one expected would object to.
 */
export async function checkAgentUrl(
  context: UrlCheckContext,
  url: string,
  limits: LookupLimits,
): Promise<UrlProblem | undefined> {
  const agentUrl = parseAgentUrl(url);
  const found = agentUrl.name === undefined ? undefined : await addressesOf(context, agentUrl.name, limits);
  const objection = agentUrl.problem(context.deployMode, found);
  if (objection === undefined) return agentUrl.problem("self-hosted", found);
  const { reason, kind } = objection;
  const isPrivate = kind === "private";
  const advice = `${isPrivate ? IF_HOSTED : ""}${adviceForUrl(objection, isPrivate)}`;
  throw invalidArgument(`The platform would not take this \`url\`: ${reason}. ${advice}`, reason);
}

/** The addresses of a name: none when there is no such host, `undefined` when nobody can tell just now. */
async function addressesOf(
  { calls, lookup }: UrlCheckContext,
  name: string,
  { timeoutMs, signal }: LookupLimits,
): Promise<readonly string[] | undefined> {
  if (lookup === undefined) return undefined;
  const call = calls.begin(timeoutMs, signal);
  try {
    return await call.waitFor(lookup(name));
  } catch (error) {
    // When it was called off, so is the request that comes next.
    return isNoSuchHost(error) ? [] : undefined;
  } finally {
    call.end();
  }
}
