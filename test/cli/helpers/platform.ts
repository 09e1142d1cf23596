import { type PlatformOptions, startPlatform } from "a2a-peers/testing";
import { type CliRun, type RunOptions, run } from "./run";

export const TOKEN = "a-token-of-this-workspace";

/** A platform with a workspace in poll mode, and runs of the command in its environment. */
export async function startWithWorkspace(options: PlatformOptions = {}) {
  const platform = await startPlatform(options);
  const me = platform.addWorkspace({ name: "Me", token: TOKEN, deliveryMode: "poll" });
  const env = { PLATFORM_URL: platform.url, WORKSPACE_ID: me.id, MOLECULE_WORKSPACE_TOKEN: TOKEN };
  return {
    platform,
    me,
    env,
    run: (args: readonly string[], more: RunOptions = {}): Promise<CliRun> =>
      run(args, { ...more, env: { ...env, ...more.env } }),
    [Symbol.asyncDispose]: platform.close,
  };
}

/** What a command has printed with `--json`. */
export const parseOutput = ({ stdout }: { stdout: string }) => JSON.parse(stdout);

/** The answer of an agent that is a task in `state`. */
export const taskIn = (state: string, text: string) => ({
  kind: "task",
  id: "task-1",
  contextId: "context-1",
  status: {
    state,
    message: { kind: "message", role: "agent", messageId: "m", parts: [{ kind: "text", text }] },
  },
});
