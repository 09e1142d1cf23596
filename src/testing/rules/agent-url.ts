import { isIP } from "node:net";
import type { PlatformSettings } from "../options";
import { type AddressRules, findBlockedRange } from "./address-ranges";
import { parseUrl } from "./parse-url";

type UrlRules = AddressRules & Pick<PlatformSettings, "resolve">;

/** Checks a URL that an agent registers, and returns the error to answer with. */
export async function checkAgentUrl(url: string, rules: UrlRules): Promise<string | undefined> {
  if (url === "") return "url is required";
  const parsed = parseUrl(url);
  if ("error" in parsed) return `url is not valid: parse ${JSON.stringify(url)}: ${parsed.error}`;
  const { scheme, host } = parsed;
  if (scheme !== "http" && scheme !== "https") return `url scheme must be http or https, got "${scheme}"`;
  if (isAddress(host)) return checkAddress(host, rules);
  // The platform accepts exactly this name without resolving it.
  return host === "localhost" ? undefined : await checkHostname(host, rules);
}

/** Checks every address of a host name. */
async function checkHostname(host: string, rules: UrlRules): Promise<string | undefined> {
  const name = JSON.stringify(host);
  let addresses: string[];
  try {
    addresses = await resolveAddresses(host, rules);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `hostname ${name} cannot be resolved (DNS error): ${reason}`;
  }
  for (const address of addresses) {
    const error = checkAddress(address, rules);
    if (error !== undefined) return `hostname ${name} resolves to forbidden address: ${error}`;
  }
  return undefined;
}

/** An empty name and an address with a zone need no DNS. */
async function resolveAddresses(host: string, { resolve }: UrlRules): Promise<string[]> {
  if (host === "") throw new Error("lookup : no such host");
  const addresses = isIP(host) === 0 ? await resolve(host) : [host];
  return addresses.map(withoutZone);
}

function checkAddress(address: string, rules: AddressRules): string | undefined {
  const range = findBlockedRange(address, "register", rules);
  return range && `url targets a blocked address: ${range.label}`;
}

/** Whether a host is an address. One with a zone counts as a name. */
function isAddress(host: string): boolean {
  return isIP(host) !== 0 && withoutZone(host) === host;
}

function withoutZone(address: string): string {
  return address.replace(/%.*$/, "");
}
