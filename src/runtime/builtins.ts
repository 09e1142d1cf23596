// The main entry also runs where there is no Node (workers, browsers), so Node's built-in modules are looked up when
// they are needed and never imported statically.

interface NodeProcess {
  env?: Record<string, string | undefined>;
  versions?: { node?: string; bun?: string; deno?: string };
  getBuiltinModule?(name: string): unknown;
}

interface Builtins {
  "node:crypto": typeof import("node:crypto");
  "node:diagnostics_channel": typeof import("node:diagnostics_channel");
  "node:dns": typeof import("node:dns");
  "node:fs": typeof import("node:fs");
  "node:http": typeof import("node:http");
  "node:https": typeof import("node:https");
  "node:net": typeof import("node:net");
  "node:os": typeof import("node:os");
  "node:path": typeof import("node:path");
  "node:process": typeof import("node:process");
  "node:tls": typeof import("node:tls");
  "node:zlib": typeof import("node:zlib");
}

function nodeProcess(): NodeProcess | undefined {
  return (globalThis as { process?: NodeProcess }).process;
}

/** The built-in module of Node with this name; `undefined` where there is no Node, or where it may not be used. */
export function builtin<Name extends keyof Builtins>(name: Name): Builtins[Name] | undefined {
  try {
    return nodeProcess()?.getBuiltinModule?.(name) as Builtins[Name] | undefined;
  } catch {
    // Some runtimes for the edge throw for whatever belongs to Node.
    return undefined;
  }
}

/**
 * True on Node itself. False on Bun and Deno, whose own fetch is the better transport there, and where Node is only
 * imitated (workers with a compatibility flag, runtimes for the edge): their `node:http` reports less than it seems.
 */
export function isNode(): boolean {
  const versions = nodeProcess()?.versions;
  if (versions?.node === undefined || versions.bun !== undefined || versions.deno !== undefined) return false;
  const { EdgeRuntime, WebSocketPair, navigator } = globalThis as {
    EdgeRuntime?: unknown;
    WebSocketPair?: unknown;
    navigator?: { userAgent?: unknown };
  };
  return (
    EdgeRuntime === undefined && WebSocketPair === undefined && navigator?.userAgent !== "Cloudflare-Workers"
  );
}

/** The environment variables of the process; empty where there are none. One that may not be read is not set. */
export function environment(): Readonly<Record<string, string | undefined>> {
  try {
    const variables: Readonly<Record<string, string | undefined>> = nodeProcess()?.env ?? {};
    return new Proxy<typeof variables>(variables, { get: (target, name) => readOrUndefined(target, name) });
  } catch {
    return {};
  }
}

function readOrUndefined(variables: object, name: string | symbol): unknown {
  try {
    return Reflect.get(variables, name);
  } catch {
    return undefined;
  }
}
