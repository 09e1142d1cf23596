import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export interface Child<T> extends Disposable {
  readonly process: ChildProcess;
  /** Its first message. */
  readonly ready: T;
}

/** Starts a script of this folder in a process of its own, and waits for its first message. */
export async function startChild<T>(file: string, ...args: readonly string[]): Promise<Child<T>> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = fork(path, [...args], { execArgv: process.execArgv });
  const [ready] = await once(child, "message");
  return { process: child, ready, [Symbol.dispose]: () => void child.kill() };
}
