import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { installRuntimes } from "../runtimes.mjs";
import { installTools } from "./project.mjs";

/** Installs miniflare, and the Node that it needs. Resolves to its versions and to `serve`. */
export async function installWorkerd() {
  const [node] = await installRuntimes(["Node 24"]);
  if (node.binary === undefined) return { reason: node.reason };
  const tools = await installTools("miniflare", ["miniflare@latest"]);
  const version = `${await tools.version("workerd")}, miniflare ${await tools.version("miniflare")}`;

  /** Serves the modules of a folder as a worker. Resolves to its URL and to `close`. */
  async function serve(folder, main, given, flags = []) {
    const program = join(import.meta.dirname, "programs/serve-worker.mjs");
    const args = [tools.resolve("miniflare"), folder, main, JSON.stringify(flags), JSON.stringify(given)];
    const child = spawn(node.binary, [program, ...args], { stdio: ["pipe", "pipe", "pipe"] });
    const ended = new Promise((done) => child.once("close", done));
    let errors = "";
    child.stderr.on("data", (chunk) => (errors += chunk));
    const url = await new Promise((done, reject) => {
      createInterface(child.stdout).once("line", done);
      ended.then(() => reject(new Error(`The worker did not start: ${errors.slice(0, 500)}`)));
    });
    const close = async () => {
      child.stdin.end();
      await ended;
    };
    return { url, close };
  }

  return { version, serve };
}
