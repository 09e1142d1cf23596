import { fileSystem, hasErrorCode, pathModule } from "./file-system";

const UNSUPPORTED = ["EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EPERM"];

type Listener = (folder: string, code: string) => void;

const listeners = new Set<Listener>();
// Folders whose file system cannot flush files.
const reported = new Set<string>();

/**
 * Emits an event for each folder whose files are written and cannot be flushed, once in the process. Returns the
 * function that ends it.
 */
export function reportUnflushed(
  workspaceId: string,
  emit: (event: { type: "storage.not_flushed"; workspaceId: string; reason: string }) => void,
): () => void {
  const listener: Listener = (folder, code) => {
    const reason = `Files in ${folder} are written, and its file system cannot flush them (${code}): a power failure may lose what was stored last.`;
    emit({ type: "storage.not_flushed", workspaceId, reason });
  };
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Flushes a file to the disk. A file system that cannot do that, as FUSE and synchronised folders, is no failure: the
 * content is written. Throws other errors, such as those of a failing disk (`EIO`) and of a full one (`ENOSPC`).
 */
export async function flush(file: { sync(): Promise<void> }, path: string): Promise<void> {
  try {
    await file.sync();
  } catch (error) {
    tolerate(error, path);
  }
}

/** The same for a file descriptor, before it returns. */
export function flushNow(descriptor: number, path: string): void {
  try {
    fileSystem().fsyncSync(descriptor);
  } catch (error) {
    tolerate(error, path);
  }
}

function tolerate(error: unknown, path: string): void {
  const code = UNSUPPORTED.find((each) => hasErrorCode(error, each));
  if (code === undefined) throw error;
  const folder = pathModule().dirname(path);
  if (reported.has(folder)) return;
  reported.add(folder);
  for (const listener of listeners) listener(folder, code);
}
