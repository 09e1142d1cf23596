import { isIP } from "node:net";
import { type AddressRules, blockedRange } from "../address-ranges";
import type { PlatformState } from "../state";

type UrlRules = AddressRules & Pick<PlatformState, "resolve">;

/** Why an agent may not register this URL, or nothing. */
export async function objectionTo(url: string, rules: UrlRules): Promise<string | undefined> {
  if (url === "") return "url is required";
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase() ?? "";
  if (!URL.canParse(url) && scheme !== "") return `url is not valid: parse "${url}"`;
  if (scheme !== "http" && scheme !== "https") return `url scheme must be http or https, got "${scheme}"`;
  const { hostname } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  if (isIP(host) !== 0) {
    const label = labelOf(host, rules);
    return label && `url targets a blocked address: ${label}`;
  }
  // The platform takes this name without looking it up.
  return host === "localhost" ? undefined : await objectionToName(host, rules);
}

/** Every address of a name must pass. */
async function objectionToName(host: string, rules: UrlRules): Promise<string | undefined> {
  try {
    for (const address of await rules.resolve(host)) {
      const label = labelOf(address, rules);
      if (label !== undefined) return `hostname "${host}" resolves to forbidden address: ${label}`;
    }
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `hostname "${host}" cannot be resolved (DNS error): ${reason}`;
  }
}

function labelOf(address: string, rules: UrlRules): string | undefined {
  return blockedRange(address, "register", rules)?.label;
}
