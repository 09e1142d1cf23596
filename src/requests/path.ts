import { invalidArgument } from "../errors";
import { quote } from "../text/format";

const MAX_LENGTH = 8192;

/** What a request line can hold, without the `#` of a fragment and the `\` that some servers read as `/`. */
const ALLOWED = /^\/[\x21\x22\x24-\x5b\x5d-\x7e]*$/;

/** Encoded characters that some servers decode before they look for a route. */
const SEPARATOR = /[/\\]/;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\x00-\x1f\x7f]/;

/** Decoding further times than any chain of proxies does. */
const MAX_DECODINGS = 8;

/**
 * The path of a request below the platform URL, with its query. Throws `invalid_argument` for a path that could lead
 * elsewhere: to another origin, above the platform URL, or to another route than is written there.
 */
export function checkPath(path: unknown, query: unknown): string {
  if (typeof path !== "string" || !path.startsWith("/") || path.startsWith("//")) {
    throw invalidArgument(
      `Expected \`path\` to be a path below the platform URL that begins with one "/", got ${quote(path)}.`,
    );
  }
  if (path.length > MAX_LENGTH) {
    throw invalidArgument(`Expected \`path\` to have at most ${MAX_LENGTH} characters, got ${path.length}.`);
  }
  if (!ALLOWED.test(path)) {
    throw invalidArgument(
      `Expected \`path\` to be visible ASCII without "#" and "\\", got ${quote(path)}. Encode each part of it with encodeURIComponent().`,
    );
  }
  const [route = ""] = path.split("?", 1);
  for (const segment of route.split("/")) checkSegment(segment, path);
  const parameters = formatQuery(query);
  if (parameters === "") return path;
  return `${path}${path.includes("?") ? "&" : "?"}${parameters}`;
}

/** Checks one segment as it is, and decoded as often as it can be. */
function checkSegment(segment: string, path: string): void {
  let decoded = segment;
  for (let count = 0; count <= MAX_DECODINGS; count += 1) {
    if (decoded === "." || decoded === ".." || SEPARATOR.test(decoded) || CONTROL.test(decoded)) {
      throw invalidArgument(
        `Expected \`path\` to hold no "." or ".." segment, no encoded "/" or "\\" and no control character, got ${quote(path)}.`,
      );
    }
    const next = decodeSegment(decoded);
    if (next === decoded) return;
    if (next === undefined) {
      // A "%" that was encoded itself is a character like any other.
      if (count > 0) return;
      throw invalidArgument(
        `Expected each "%" of \`path\` to begin an encoded character, got ${quote(path)}.`,
      );
    }
    decoded = next;
  }
  throw invalidArgument(`Expected \`path\` to be encoded once, got ${quote(path)}.`);
}

function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function formatQuery(query: unknown): string {
  if (query === undefined) return "";
  if (typeof query !== "object" || query === null || Array.isArray(query)) {
    throw invalidArgument(`Expected \`query\` to be an object of texts and numbers, got ${quote(query)}.`);
  }
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    if (typeof value !== "string" && !(typeof value === "number" && Number.isFinite(value))) {
      throw invalidArgument(
        `Expected the parameter ${quote(name)} of \`query\` to be text or a number, got ${quote(value)}.`,
      );
    }
    parameters.append(name, String(value));
  }
  return parameters.toString();
}
