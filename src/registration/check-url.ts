import { invalidArgument } from "../errors";
import type { DeployMode } from "../identity/deploy-mode";
import type { Calls } from "../transport/calls";
import { adviceForUrl, parseAgentUrl, type UrlProblem } from "./agent-url";
import { type HostLookup, isNoSuchHost } from "./host-lookup";

export interface UrlCheckContext {
  calls: Calls;
  deployMode: DeployMode;
  /** `undefined` where the runtime has no DNS; host names are not checked then. */
  lookup: HostLookup | undefined;
}

interface LookupLimits {
  /** Timeout of the lookup, in milliseconds. After it the host name is left to the platform. */
  timeoutMs: number;
  signal: AbortSignal | undefined;
}

const IF_HOSTED =
  "If the platform is hosted, where agents may live in private networks, set the client's `deployMode` to 'saas'. ";

/**
 * Checks the URL of an agent before it is sent, because the platform does not always say what is wrong with it.
 * Throws `invalid_argument`. Returns the problem that a self-hosted platform, which is stricter, would have with it.
 */
export async function checkAgentUrl(
  context: UrlCheckContext,
  url: string,
  limits: LookupLimits,
): Promise<UrlProblem | undefined> {
  const { hostName, problem: problemIn } = parseAgentUrl(url);
  const addresses = hostName === undefined ? undefined : await lookUp(context, hostName, limits);
  const problem = problemIn(context.deployMode, addresses);
  if (problem === undefined) return problemIn("self-hosted", addresses);
  const isPrivate = problem.kind === "private";
  const advice = `${isPrivate ? IF_HOSTED : ""}${adviceForUrl(problem, isPrivate)}`;
  throw invalidArgument(
    `The platform would not take this \`url\`: ${problem.reason}. ${advice}`,
    problem.reason,
  );
}

/** The problem a self-hosted platform has with the URL, as far as that shows without resolving its host name. */
export function checkWithoutLookup(url: string): UrlProblem | undefined {
  return url === "" ? undefined : parseAgentUrl(url).problem("self-hosted");
}

/** The addresses of a host name; empty when there is no such host, `undefined` when the lookup failed. */
async function lookUp(
  { calls, lookup }: UrlCheckContext,
  hostName: string,
  { timeoutMs, signal }: LookupLimits,
): Promise<readonly string[] | undefined> {
  if (lookup === undefined) return undefined;
  const call = calls.begin(timeoutMs, signal);
  try {
    return await call.waitFor(lookup(hostName));
  } catch (error) {
    // A cancelled lookup needs no error of its own: the request that follows is cancelled too.
    return isNoSuchHost(error) ? [] : undefined;
  } finally {
    call.end();
  }
}
