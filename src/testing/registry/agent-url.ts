import { isIP } from "node:net";
import { type AddressRules, blockedRange } from "../address-ranges";
import type { PlatformState } from "../state";
import { readUrl } from "./read-url";

type UrlRules = AddressRules & Pick<PlatformState, "resolve">;

/** Why an agent may not register this URL, or nothing. */
export async function objectionTo(url: string, rules: UrlRules): Promise<string | undefined> {
  if (url === "") return "url is required";
  const read = readUrl(url);
  if ("problem" in read) return `url is not valid: parse ${JSON.stringify(url)}: ${read.problem}`;
  const { scheme, host } = read;
  if (scheme !== "http" && scheme !== "https") return `url scheme must be http or https, got "${scheme}"`;
  if (isAddress(host)) return objectionToAddress(host, rules);
  // The platform takes this name, in this spelling, without looking it up.
  return host === "localhost" ? undefined : await objectionToName(host, rules);
}

/** Every address of a name must pass. */
async function objectionToName(host: string, rules: UrlRules): Promise<string | undefined> {
  const name = JSON.stringify(host);
  let addresses: string[];
  try {
    addresses = await addressesOf(host, rules);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `hostname ${name} cannot be resolved (DNS error): ${reason}`;
  }
  for (const address of addresses) {
    const objection = objectionToAddress(address, rules);
    if (objection !== undefined) return `hostname ${name} resolves to forbidden address: ${objection}`;
  }
  return undefined;
}

/** No name has no address, and an address with a zone has its own. Nobody need be asked. */
async function addressesOf(host: string, { resolve }: UrlRules): Promise<string[]> {
  if (host === "") throw new Error("lookup : no such host");
  const found = isIP(host) === 0 ? await resolve(host) : [host];
  return found.map(withoutZone);
}

function objectionToAddress(address: string, rules: AddressRules): string | undefined {
  const range = blockedRange(address, "register", rules);
  return range && `url targets a blocked address: ${range.label}`;
}

/** With a zone it counts as a name. */
function isAddress(host: string): boolean {
  return isIP(host) !== 0 && withoutZone(host) === host;
}

function withoutZone(address: string): string {
  return address.replace(/%.*$/, "");
}
