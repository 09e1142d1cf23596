import { builtin } from "../runtime/builtins";

/** True for an error with this `code`, such as `ENOENT`. */
export const hasErrorCode = (error: unknown, code: string): boolean =>
  (error as { code?: unknown } | null | undefined)?.code === code;

/** False where nothing can be stored, whatever folder the environment names. */
export const hasFileSystem = (): boolean => builtin("node:fs") !== undefined;

/** The module `node:fs`. Throws where there is no file system. */
export function fileSystem() {
  const fs = builtin("node:fs");
  if (fs === undefined) throw new Error("there is no file system here");
  return fs;
}

/** The module `node:path`. Throws where there is no file system. */
export function pathModule() {
  const path = builtin("node:path");
  if (path === undefined) throw new Error("there is no file system here");
  return path;
}
