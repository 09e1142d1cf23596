import { isIPv6 } from "node:net";

/** The parts of a URL that the platform checks, or its parse error. */
type ParsedUrl = { readonly scheme: string; readonly host: string } | { readonly error: string };

// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern is there to find them
const CONTROL = /[\u0000-\u001f\u007f]/;
const SCHEME = /^([a-z][a-z0-9+.-]*):/i;
const AUTHORITY = /^\/\/([^/?]*)/;
const BROKEN_ESCAPE = /%(?![0-9a-f]{2})/i;
const USER = /^[\w.~!$&'()*+,;=:%@-]*$/;
const PORT = /:\d*$/;
const NAME = /^(?:[\w.~!$&'()*+,;=<>"\u0080-\uffff-]|%25)*$/;
const ADDRESS = /^\[([^%\]]*)(?:%25([^\]]+))?\]$/;

/**
 * Parses a URL as Go's `net/url` does, in which the platform is written. Unlike in browsers and Node, the host keeps
 * its case, `0x7f.1` is a name and a backslash an error. A URL without a host is valid.
 */
export function parseUrl(text: string): ParsedUrl {
  const [url = ""] = text.split("#", 1);
  if (CONTROL.test(url)) return { error: "invalid control character in URL" };
  const [prefix = "", scheme = ""] = SCHEME.exec(url) ?? [];
  const rest = url.slice(prefix.length);
  if (prefix === "" && /^[^/?]*:/.test(url)) {
    return { error: "first path segment in URL cannot contain colon" };
  }
  const [start = "", authority = ""] = AUTHORITY.exec(rest) ?? [];
  const at = authority.lastIndexOf("@");
  const user = authority.slice(0, Math.max(at, 0));
  if (!USER.test(user)) return { error: "invalid userinfo" };
  // The query is not checked.
  const [path = ""] = rest.slice(start.length).split("?", 1);
  if (BROKEN_ESCAPE.test(user + path + text.slice(url.length))) return { error: "invalid URL escape" };
  const host = parseHost(authority.slice(at + 1).replace(PORT, ""));
  return host === undefined ? { error: "invalid host or port" } : { scheme: scheme.toLowerCase(), host };
}

/** An address without its brackets and with its zone, or a name; undefined for an invalid host. */
function parseHost(host: string): string | undefined {
  if (NAME.test(host)) return host.replaceAll("%25", "%");
  const [, address = "", zone] = ADDRESS.exec(host) ?? [];
  if (!isIPv6(address) || BROKEN_ESCAPE.test(zone ?? "")) return undefined;
  return zone === undefined ? address : `${address}%${decodeZone(zone)}`;
}

/** Decodes byte by byte, because a zone need not be UTF-8. */
function decodeZone(zone: string): string {
  return zone.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
