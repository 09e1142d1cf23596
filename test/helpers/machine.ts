import { posix } from "node:path";
import type { Machine } from "../../src/runtime/machine";

export interface FakeMachine {
  env?: Record<string, string | undefined>;
  /** Files that exist. */
  files?: readonly string[];
  /** Folders that can be written. */
  writable?: readonly string[];
  home?: string | undefined;
}

/** A machine with exactly the given environment and files. */
export function fakeMachine({ env = {}, files = [], writable = [], ...rest }: FakeMachine = {}): Machine {
  const home = "home" in rest ? rest.home : "/home/me";
  return {
    env,
    exists: (path) => files.includes(path),
    writable: (path) => writable.includes(path),
    homeDir: () => home,
    join: (...parts) => posix.join(...parts),
  };
}
