import { builtin, environment } from "./builtins";

/** The environment and file system of the machine the process runs on, as far as the options are resolved from them. */
export interface Machine {
  env: Readonly<Record<string, string | undefined>>;
  exists(path: string): boolean;
  writable(path: string): boolean;
  homeDir(): string | undefined;
  join(...parts: string[]): string;
}

/** The machine this process runs on. Without Node no path exists and no variable is set. */
export function getMachine(): Machine {
  const fs = builtin("node:fs");
  return {
    env: environment(),
    exists: (path) => {
      try {
        return fs?.existsSync(path) ?? false;
      } catch {
        // Deno, and Node with --permission, throw for what the process may not read.
        return false;
      }
    },
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
        // Thrown without HOME for a user id that the system does not list, as in many containers.
        return undefined;
      }
    },
    join: (...parts) => builtin("node:path")?.join(...parts) ?? parts.join("/"),
  };
}
