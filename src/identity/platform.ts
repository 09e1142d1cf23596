import { configurationError } from "../errors";
import type { Machine } from "../runtime/machine";
import { quote } from "../text/format";

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

// The messages do not repeat the URL, which may contain a password or a key.
function checkBaseUrl(value: unknown, name: string): string {
  const url = parseUrl(value);
  if (url === undefined) throw configurationError(`Expected ${name} to be an http(s) URL.`);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw configurationError(
      `Expected ${name} to be an http(s) URL, got one with the scheme ${quote(url.protocol)}.`,
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw configurationError(`Expected ${name} to be a URL without credentials; pass \`token\` instead.`);
  }
  if (url.search !== "" || url.hash !== "") {
    throw configurationError(`Expected ${name} to be a URL without a query or a fragment.`);
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
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
