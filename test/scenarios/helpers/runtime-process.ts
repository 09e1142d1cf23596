import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { RuntimeOptions } from "../scripts/runtime";
import { type Entry, readEntries } from "./ledger";

/** A runtime that lives in one process after the other. */
export interface RuntimeProcess {
  readonly workspaceId: string;
  start(): void;
  /** Ends its process with SIGKILL. */
  kill(): Promise<void>;
  /** Its journal so far, over all its processes. */
  entries(): Entry[];
}

/** Creates a runtime that runs the bundled `script`; its process is killed when the test ends. */
export function createRuntimeProcess(script: string, options: RuntimeOptions): RuntimeProcess {
  let child: ChildProcess | undefined;

  async function kill(): Promise<void> {
    if (child === undefined) return;
    const closed = new Promise((resolve) => child?.once("close", resolve));
    child.kill("SIGKILL");
    child = undefined;
    await closed;
  }

  onTestFinished(kill);
  return {
    workspaceId: options.workspaceId,
    start() {
      child = fork(script, [JSON.stringify(options)], {
        execArgv: [],
        stdio: ["ignore", "ignore", "inherit", "ipc"],
      });
    },
    kill,
    entries: () => readEntries(join(options.stateDir, "journal.jsonl")),
  };
}
