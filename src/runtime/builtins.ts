// The main entry also runs where there is no Node (workers, browsers), so Node's built-in modules are looked up when
// they are needed and never imported statically.

interface NodeProcess {
  env?: Record<string, string | undefined>;
  versions?: { node?: string; bun?: string; deno?: string };
  getBuiltinModule?(name: string): unknown;
}

interface Builtins {
  "node:diagnostics_channel": typeof import("node:diagnostics_channel");
  "node:dns": typeof import("node:dns");
  "node:fs": typeof import("node:fs");
  "node:http": typeof import("node:http");
  "node:https": typeof import("node:https");
  "node:net": typeof import("node:net");
  "node:os": typeof import("node:os");
  "node:path": typeof import("node:path");
  "node:process": typeof import("node:process");
  "node:zlib": typeof import("node:zlib");
}

function nodeProcess(): NodeProcess | undefined {
  return (globalThis as { process?: NodeProcess }).process;
}

/** The built-in module of Node with this name; `undefined` where there is no Node. */
export function builtin<Name extends keyof Builtins>(name: Name): Builtins[Name] | undefined {
  return nodeProcess()?.getBuiltinModule?.(name) as Builtins[Name] | undefined;
}

/** True on Node itself; false on Bun and Deno, whose own fetch is the better transport there. */
export function isNode(): boolean {
  const versions = nodeProcess()?.versions;
  return versions?.node !== undefined && versions.bun === undefined && versions.deno === undefined;
}

/** The environment variables of the process; empty where there are none. */
export const environment = (): Readonly<Record<string, string | undefined>> => nodeProcess()?.env ?? {};
