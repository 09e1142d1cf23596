import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { A2AClientOptions } from "a2a-peers";
import type { Runtime } from "../../scripts/runtimes.mjs";
import type { Package } from "../../test/helpers/sockets-fault-send";

const PROGRAM = fileURLToPath(new URL("./hosts/client.mjs", import.meta.url));

/** Clients of the built package in a process of another runtime. */
export interface RemoteClients extends AsyncDisposable {
  readonly createA2AClient: Package["createA2AClient"];
}

/** Starts the process. Its clients send one message at a time. */
export function startRemoteClients(runtime: Runtime & { binary: string }, dist: string): RemoteClients {
  const child = spawn(runtime.binary, [...runtime.args, PROGRAM, dist], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise((resolve) => child.once("close", resolve).once("error", resolve));
  let clients = 0;

  async function request(message: object): Promise<{ outcome?: unknown; error?: unknown }> {
    child.stdin.write(`${JSON.stringify(message)}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`${runtime.name} has ended`);
    return JSON.parse(value);
  }

  return {
    createA2AClient(options: A2AClientOptions) {
      clients += 1;
      const client = clients;
      return {
        async sendA2AMessage(peerId, text) {
          const { outcome, error } = await request({ client, options, peerId, text });
          if (error !== undefined) throw error;
          return outcome as never;
        },
        async [Symbol.asyncDispose]() {
          await request({ client });
        },
      };
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended;
    },
  };
}
