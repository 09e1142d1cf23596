import type { DeployMode } from "../identity/deploy-mode";
import { oneLine } from "../text/format";
import { type AddressRules, addressRules } from "./address-rules";
import type { ForbiddenRange } from "./forbidden-ranges";

/** Why the platform calls no agent at a URL. */
export interface UrlProblem {
  /** In the platform's own words. Names the host at most: the rest of a URL may hold a password. */
  readonly reason: string;
  readonly kind: "form" | "name" | ForbiddenRange["kind"];
}

/** The URL of an agent, as the platform reads it. */
export interface AgentUrl {
  /** The name whose addresses decide; `undefined` where none has to be looked up. */
  readonly name: string | undefined;
  /** What speaks against it in this mode. `found` are the addresses of the name; nothing is known without. */
  problem(mode: DeployMode, found?: readonly string[]): UrlProblem | undefined;
}

export function parseAgentUrl(url: string): AgentUrl {
  const malformed = objectionToForm(url);
  const rules = addressRules();
  if (malformed !== undefined || rules === undefined) return { name: undefined, problem: () => malformed };
  // Numbers in any notation are an IPv4 address by now, as they are to whoever connects there.
  const host = new URL(url).hostname.replace(/^\[(.*)\]$/, "$1");
  if (rules.isAddress(host)) {
    const objection = (mode: DeployMode) => {
      const range = rules.forbidden(host, mode);
      return range && objectionToAddress(range);
    };
    return { name: undefined, problem: objection };
  }
  if (isLocalhost(url)) return { name: undefined, problem: () => undefined };
  return {
    name: host,
    problem: (mode, found) => (found === undefined ? undefined : objectionToName(host, found, mode, rules)),
  };
}

// Characters by which parsers of URLs come to different hosts.
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const AMBIGUOUS = /[\u0000-\u001f\u007f\\]/;
const WITH_HOST = /^[a-z]+:\/\/[^/?#]/i;
const AUTHORITY = /^[a-z]+:\/\/([^/?#]*)/i;

/** Longer ones are no address, and reading them takes long. */
const LONGEST_URL = 2048;

/** The platform takes this name without looking it up, in this spelling. */
const LOCALHOST = /^[a-zA-Z]+:\/\/(?:[^/?#]*@)?localhost(?::\d*)?(?:[/?#]|$)/;

/** Whether the platform takes the URL for that of an agent beside it. */
export const isLocalhost = (url: string): boolean => LOCALHOST.test(url);

function objectionToForm(url: string): UrlProblem | undefined {
  if (url.length > LONGEST_URL) {
    return { reason: `url is not valid: it has more than ${LONGEST_URL} characters`, kind: "form" };
  }
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase() ?? "";
  if (scheme !== "http" && scheme !== "https") {
    // In `user:password@host` it is no scheme that stands before the colon.
    const shown = url.includes("@") && !url.includes("://") ? "" : oneLine(scheme, 40);
    return { reason: `url scheme must be http or https, got "${shown}"`, kind: "form" };
  }
  const problem = problemOf(url);
  return problem === undefined ? undefined : { reason: `url is not valid: ${problem}`, kind: "form" };
}

function problemOf(url: string): string | undefined {
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

function objectionToAddress({ label, kind }: ForbiddenRange): UrlProblem {
  return { reason: `url targets a blocked address: ${label}`, kind };
}

/** Every address must pass: nobody knows which one the platform will take. */
function objectionToName(
  name: string,
  found: readonly string[],
  mode: DeployMode,
  rules: AddressRules,
): UrlProblem | undefined {
  if (found.length === 0) {
    return { reason: `hostname "${name}" cannot be resolved (DNS error): no such host`, kind: "name" };
  }
  for (const address of found) {
    const range = rules.forbidden(address, mode);
    if (range !== undefined) {
      const { reason, kind } = objectionToAddress(range);
      return { reason: `hostname "${name}" resolves to forbidden address: ${reason} (${address})`, kind };
    }
  }
  return undefined;
}

const POLL = "register with `deliveryMode: 'poll'` and no `url`: the agent then fetches its messages.";

/** What to do about an objection, as a sentence; `otherwise` after one that names a better way. */
export function adviceForUrl({ kind }: Pick<UrlProblem, "kind">, otherwise = false): string {
  if (kind === "form") return `Give an http or https URL at a public address, or ${POLL}`;
  if (kind === "name") return `Check the host name and its DNS records, or ${POLL}`;
  if (kind === "loopback") {
    return `For a platform in development mode on the same machine use the name \`localhost\`. ${adviceForUrl({ kind: "other" }, true)}`;
  }
  return `${otherwise ? "Otherwise give" : "Give"} a URL at a public address, or ${POLL}`;
}
