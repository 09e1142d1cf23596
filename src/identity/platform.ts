import { configurationError } from "../errors";
import type { Machine } from "../runtime/machine";
import { isQuoted, quote } from "../text/format";

const PLATFORM_URL_VARIABLES = ["PLATFORM_URL", "MOLECULE_PLATFORM_URL", "MOLECULE_API_URL", "MOLECULE_URL"];

/**
 * The base URL of the platform, normalised and without a trailing slash: the option, else the environment, else the
 * default address of a platform on this machine. Throws `configuration`.
 */
export function resolvePlatformUrl(option: unknown, machine: Machine): string {
  if (option !== undefined) return checkBaseUrl(option, "`platformUrl`");
  for (const name of PLATFORM_URL_VARIABLES) {
    const value = machine.env[name];
    if (value !== undefined && value.trim() !== "")
      return checkBaseUrl(value, `environment variable ${name}`);
  }
  const inDocker = (machine.env.DOCKER_VERSION ?? "") !== "" || machine.exists("/.dockerenv");
  return inDocker ? "http://host.docker.internal:8080" : "http://localhost:8080";
}

// The messages repeat no URL that may contain a password or a key.
function checkBaseUrl(value: unknown, name: string): string {
  const url = parseUrl(value);
  if (url === undefined || !isHttp(url)) {
    throw configurationError(`Expected ${name} to be an http(s) URL${describeMistake(value, url)}.`);
  }
  if (url.username !== "" || url.password !== "") {
    throw configurationError(`Expected ${name} to be a URL without credentials; pass \`token\` instead.`);
  }
  if (url.search !== "" || url.hash !== "") {
    throw configurationError(`Expected ${name} to be a URL without a query or a fragment.`);
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

const isHttp = ({ protocol }: URL): boolean => protocol === "http:" || protocol === "https:";

/** A host with or without a port and a path. Read as a URL, `localhost:8080` has the scheme `localhost:`. */
const WITHOUT_SCHEME = /^(\[[\da-fA-F:.]+\]|[\w.-]+)(:\d{1,5})?(\/[\w./-]*)?$/;

/** What is wrong with the value, and the mend, as far as it shows. */
function describeMistake(value: unknown, url: URL | undefined): string {
  if (typeof value !== "string") return `, got ${quote(value)}`;
  const text = value.trim();
  if (text === "") return ", got an empty string";
  if (isQuoted(text)) return "; its value is in quotation marks, which have to go";
  if (text.length <= 200 && WITHOUT_SCHEME.test(text) && !text.startsWith("/")) {
    return `, got ${quote(text)}, which has no scheme: put \`http://\` or \`https://\` before it`;
  }
  if (url !== undefined) return `, got one with the scheme ${quote(url.protocol)}`;
  return /[@?#]/.test(text) ? "" : `, got ${quote(text)}`;
}

function parseUrl(value: unknown): URL | undefined {
  if (typeof value !== "string" || value.length > 2048) return undefined;
  try {
    return new URL(value.trim());
  } catch {
    return undefined;
  }
}

/** The Origin header: the option, else the origin of the platform; `null` sends none. Throws `configuration`. */
export function resolveOrigin(option: unknown, platformUrl: string): string | null {
  if (option === undefined) return new URL(platformUrl).origin;
  if (option === null) return null;
  const url = parseUrl(option);
  if (url !== undefined && url.origin !== "null" && option === url.origin) return option;
  throw configurationError(
    "Expected `origin` to be an origin such as 'https://tenant.example' (no path, no trailing slash) or null.",
  );
}

/** The id of the organisation: the option, else the environment. Throws `configuration`. */
export function resolveOrgId(option: unknown, machine: Machine): string | undefined {
  const name = option === undefined ? "environment variable MOLECULE_ORG_ID" : "`orgId`";
  const value = option ?? machine.env.MOLECULE_ORG_ID;
  if (value === undefined || value === "") return undefined;
  if (typeof value === "string" && /^[\x21-\x7e]{1,256}$/.test(value.trim())) return value.trim();
  throw configurationError(`Expected ${name} to be 1 to 256 visible ASCII characters without spaces.`);
}
