import { fork } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** A program in a process of its own that answers each message with one. */
export interface Program<Ready, Question, Answer> extends Disposable {
  /** Its first message. */
  readonly ready: Ready;
  ask(question: Question): Promise<Answer>;
}

/**
 * Starts a file of `bench/programs` and waits for its first message. It runs without the loader that this process
 * has, and without certificates that Node would read at each start. Rejects when it exits first.
 *
 * @param folder of the built package, for programs that use it
 */
export async function startProgram<Ready, Question extends object, Answer>(
  file: string,
  args: readonly string[] = [],
  folder = "",
): Promise<Program<Ready, Question, Answer>> {
  const path = fileURLToPath(new URL(`./programs/${file}`, import.meta.url));
  const child = fork(path, [...args], { execArgv: [], env: programEnv(folder) });
  const exited = once(child, "exit").then(([code]) => {
    throw new Error(`\`${[file, ...args].join(" ")}\` exited with code ${code}`);
  });
  // Without a question under way, an exit is no failure.
  exited.catch(() => undefined);
  const nextMessage = async () => (await Promise.race([once(child, "message"), exited]))[0];
  const ready: Ready = await nextMessage();
  return {
    ready,
    ask(question) {
      child.send(question);
      return nextMessage();
    },
    [Symbol.dispose]: () => void child.kill(),
  };
}

function programEnv(folder: string): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _certificates, NODE_OPTIONS: _options, ...env } = process.env;
  return { ...env, A2A_PEERS_DIST: pathToFileURL(resolve(folder, "dist")).href };
}
