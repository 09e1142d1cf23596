import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { TestPlatform, TestWorkspace } from "a2a-peers/testing";
import type { WorkStarted } from "./archivist";

/** An agent in a child process, which is killed on disposal. */
export interface AgentProcess extends AsyncDisposable {
  readonly pid: number | undefined;
  /** Resolves when the agent begins to work on a message. Rejects when the process ends before. */
  workStarted(): Promise<WorkStarted>;
  /** Ends the process with SIGKILL. Resolves when it has ended. */
  kill(): Promise<void>;
}

/** Starts the archivist, which remembers in `stateDir` what it has to answer. */
export function startArchivist(
  platform: TestPlatform,
  { id, token }: TestWorkspace,
  stateDir: string,
): AgentProcess {
  // From the source, the child has the loader of TypeScript of this process, with its other options.
  const file = import.meta.url.endsWith(".ts") ? "./archivist.ts" : "./archivist.js";
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [stateDir], {
    env: {
      ...process.env,
      PLATFORM_URL: platform.url,
      WORKSPACE_ID: id,
      MOLECULE_WORKSPACE_TOKEN: token ?? "",
    },
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));

  async function kill(): Promise<void> {
    child.kill("SIGKILL");
    await ended;
  }

  return {
    pid: child.pid,
    async workStarted() {
      const failed = ended.then(() => Promise.reject(new Error("the agent's process should not end")));
      const [started] = await Promise.race([once(child, "message"), failed]);
      return started;
    },
    kill,
    [Symbol.asyncDispose]: kill,
  };
}
