import { isIPv6 } from "node:net";

/** What the platform takes from a URL, or what it finds wrong with it. */
type ReadUrl = { readonly scheme: string; readonly host: string } | { readonly problem: string };

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const CONTROL = /[\u0000-\u001f\u007f]/;
const SCHEME = /^([a-z][a-z0-9+.-]*):/i;
const AUTHORITY = /^\/\/([^/?]*)/;
const BROKEN_ESCAPE = /%(?![0-9a-f]{2})/i;
const USER = /^[\w.~!$&'()*+,;=:%@-]*$/;
const PORT = /:\d*$/;
const NAME = /^(?:[\w.~!$&'()*+,;=<>"\u0080-\uffff-]|%25)*$/;
const ADDRESS = /^\[([^%\]]*)(?:%25([^\]]+))?\]$/;

/**
 * Takes a URL apart as the platform's language does. That is not how browsers and Node do it: here letters keep
 * their case, `0x7f.1` is a name and a backslash an error. A URL without a host is none the less a URL.
 */
export function readUrl(text: string): ReadUrl {
  const [url = ""] = text.split("#", 1);
  if (CONTROL.test(url)) return { problem: "invalid control character in URL" };
  const [prefix = "", scheme = ""] = SCHEME.exec(url) ?? [];
  const rest = url.slice(prefix.length);
  if (prefix === "" && /^[^/?]*:/.test(url)) {
    return { problem: "first path segment in URL cannot contain colon" };
  }
  const [start = "", authority = ""] = AUTHORITY.exec(rest) ?? [];
  const at = authority.lastIndexOf("@");
  const user = authority.slice(0, Math.max(at, 0));
  if (!USER.test(user)) return { problem: "invalid userinfo" };
  // What follows a question mark may hold anything.
  const [path = ""] = rest.slice(start.length).split("?", 1);
  if (BROKEN_ESCAPE.test(user + path + text.slice(url.length))) return { problem: "invalid URL escape" };
  const host = readHost(authority.slice(at + 1).replace(PORT, ""));
  return host === undefined ? { problem: "invalid host or port" } : { scheme: scheme.toLowerCase(), host };
}

/** An address without its brackets, and with its zone; or a name. */
function readHost(host: string): string | undefined {
  if (NAME.test(host)) return host.replaceAll("%25", "%");
  const [, address = "", zone] = ADDRESS.exec(host) ?? [];
  if (!isIPv6(address) || BROKEN_ESCAPE.test(zone ?? "")) return undefined;
  return zone === undefined ? address : `${address}%${decoded(zone)}`;
}

/** Byte by byte: not every zone is UTF-8. */
function decoded(zone: string): string {
  return zone.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
