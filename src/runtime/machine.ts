// The main entry also runs where there is no Node (workers, browsers), so Node's built-ins are asked for when
// they are needed and never imported statically.

interface NodeProcess {
  env?: Record<string, string | undefined>;
  versions?: { node?: string; bun?: string; deno?: string };
  getBuiltinModule?(name: string): unknown;
}

function nodeProcess(): NodeProcess | undefined {
  return (globalThis as { process?: NodeProcess }).process;
}

/** The Node built-in of this name, or `undefined` where there is none. */
export function builtin<Name extends keyof Builtins>(name: Name): Builtins[Name] | undefined {
  return nodeProcess()?.getBuiltinModule?.(name) as Builtins[Name] | undefined;
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

/** True on Node itself; Bun and Deno have a fetch of their own that serves them better. */
export function isNode(): boolean {
  const versions = nodeProcess()?.versions;
  return versions?.node !== undefined && versions.bun === undefined && versions.deno === undefined;
}

/** What the options may take from the machine the process runs on. */
export interface Machine {
  env: Readonly<Record<string, string | undefined>>;
  exists(path: string): boolean;
  writable(path: string): boolean;
  homeDir(): string | undefined;
  join(...parts: string[]): string;
}

export function getMachine(): Machine {
  const fs = builtin("node:fs");
  return {
    env: nodeProcess()?.env ?? {},
    exists: (path) => fs?.existsSync(path) ?? false,
    writable: (path) => {
      try {
        fs?.accessSync(path, fs.constants.W_OK);
        return fs !== undefined;
      } catch {
        return false;
      }
    },
    homeDir: () => {
      try {
        return builtin("node:os")?.homedir() || undefined;
      } catch {
        // A user the system does not know, as containers have, and no HOME.
        return undefined;
      }
    },
    join: (...parts) => builtin("node:path")?.join(...parts) ?? parts.join("/"),
  };
}
