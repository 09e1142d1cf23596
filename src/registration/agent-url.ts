import type { DeployMode } from "../identity/deploy-mode";
import { toSingleLine } from "../text/sanitize";
import { type AddressRules, addressRules } from "./address-rules";
import type { ForbiddenRange } from "./forbidden-ranges";

/** Why the platform calls no agent at a URL. */
export interface UrlProblem {
  /** In the platform's own words. Quotes the host at most: the rest of a URL may hold a password. */
  readonly reason: string;
  readonly kind: "syntax" | "host" | ForbiddenRange["kind"];
}

/** The URL of an agent, as the platform reads it. */
export interface AgentUrl {
  /** The host name to resolve; `undefined` where the check needs no addresses. */
  readonly hostName: string | undefined;
  /** Why the platform refuses it in this mode. A host name without its addresses counts as fine. */
  problem(mode: DeployMode, addresses?: readonly string[]): UrlProblem | undefined;
}

export function parseAgentUrl(url: string): AgentUrl {
  const malformed = findSyntaxProblem(url);
  const rules = addressRules();
  if (malformed !== undefined || rules === undefined)
    return { hostName: undefined, problem: () => malformed };
  // The parser has turned numbers in any notation into an IPv4 address, as a connection does.
  const host = new URL(url).hostname.replace(/^\[(.*)\]$/, "$1");
  if (rules.isAddress(host)) {
    const problem = (mode: DeployMode) => {
      const range = rules.forbidden(host, mode);
      return range && addressProblem(range);
    };
    return { hostName: undefined, problem };
  }
  if (isLocalhost(url)) return { hostName: undefined, problem: () => undefined };
  return {
    hostName: host,
    problem: (mode, addresses) =>
      addresses === undefined ? undefined : findHostProblem(host, addresses, mode, rules),
  };
}

// Characters that make different URL parsers find different hosts.
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const AMBIGUOUS = /[\u0000-\u001f\u007f\\]/;
const WITH_HOST = /^[a-z]+:\/\/[^/?#]/i;
const AUTHORITY = /^[a-z]+:\/\/([^/?#]*)/i;

/** The longest URL that is parsed, in characters. */
const MAX_URL_LENGTH = 2048;

/** The platform accepts this name, in this spelling, without resolving it. */
const LOCALHOST = /^[a-zA-Z]+:\/\/(?:[^/?#]*@)?localhost(?::\d*)?(?:[/?#]|$)/;

/** True for a URL that the platform takes for that of an agent on its own machine. */
export const isLocalhost = (url: string): boolean => LOCALHOST.test(url);

function findSyntaxProblem(url: string): UrlProblem | undefined {
  if (url.length > MAX_URL_LENGTH) {
    return { reason: `url is not valid: it has more than ${MAX_URL_LENGTH} characters`, kind: "syntax" };
  }
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase() ?? "";
  if (scheme !== "http" && scheme !== "https") {
    // In `user:password@host` the part before the colon is not a scheme.
    const quoted = url.includes("@") && !url.includes("://") ? "" : toSingleLine(scheme, 40);
    return { reason: `url scheme must be http or https, got "${quoted}"`, kind: "syntax" };
  }
  const defect = findDefect(url);
  return defect === undefined ? undefined : { reason: `url is not valid: ${defect}`, kind: "syntax" };
}

function findDefect(url: string): string | undefined {
  if (AMBIGUOUS.test(url)) return "it holds a control character or a backslash";
  if (!WITH_HOST.test(url)) return "it has no host";
  if (hasZone(url)) return "it has an IPv6 zone, which only means something on the agent's own machine";
  return URL.canParse(url) ? undefined : "it cannot be parsed";
}

function hasZone(url: string): boolean {
  const authority = AUTHORITY.exec(url)?.[1] ?? "";
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  return host.startsWith("[") && host.includes("%");
}

function addressProblem({ label, kind }: ForbiddenRange): UrlProblem {
  return { reason: `url targets a blocked address: ${label}`, kind };
}

/** Every address must be allowed, because the platform may choose any of them. */
function findHostProblem(
  hostName: string,
  addresses: readonly string[],
  mode: DeployMode,
  rules: AddressRules,
): UrlProblem | undefined {
  if (addresses.length === 0) {
    return { reason: `hostname "${hostName}" cannot be resolved (DNS error): no such host`, kind: "host" };
  }
  for (const address of addresses) {
    const range = rules.forbidden(address, mode);
    if (range !== undefined) {
      const { reason, kind } = addressProblem(range);
      return { reason: `hostname "${hostName}" resolves to forbidden address: ${reason} (${address})`, kind };
    }
  }
  return undefined;
}

const POLL = "register with `deliveryMode: 'poll'` and no `url`: the agent then fetches its messages.";

/** What to do about a problem, as a sentence. `otherwise`: it follows a sentence that names a better way. */
export function adviceForUrl({ kind }: Pick<UrlProblem, "kind">, otherwise = false): string {
  if (kind === "syntax") return `Give an http or https URL at a public address, or ${POLL}`;
  if (kind === "host") return `Check the host name and its DNS records, or ${POLL}`;
  if (kind === "loopback") {
    return `For a platform in development mode on the same machine use the name \`localhost\`. ${adviceForUrl({ kind: "other" }, true)}`;
  }
  return `${otherwise ? "Otherwise give" : "Give"} a URL at a public address, or ${POLL}`;
}
