// Sends one message with the built package. Arguments: the folder of its entries, and what the host does before.
import { pathToFileURL } from "node:url";
import { isMainThread, Worker, workerData } from "node:worker_threads";

const [folder, before = ""] = isMainThread ? process.argv.slice(2) : workerData;
const load = (entry) => import(`${pathToFileURL(folder)}/${entry}.js`);

/** What a host program may do before it uses the package. */
const HOSTS = {
  async undici() {
    const undici = await import("undici");
    undici.setGlobalDispatcher(new undici.Agent({ connections: 1 }));
  },
  "frozen-fetch"() {
    const fetch = () => {
      throw new Error("this host allows no fetch");
    };
    Object.defineProperty(globalThis, "fetch", { value: fetch, writable: false, configurable: false });
  },
  "frozen-globals"() {
    Object.freeze(globalThis.Promise);
    Object.freeze(Object.prototype);
    Object.freeze(Array.prototype);
  },
  "no-unhandled"() {
    process.on("unhandledRejection", () => process.exit(3));
  },
};

await HOSTS[before]?.();
const { createA2AClient } = await load("index");
const { startPlatform } = await load("testing");
const platform = await startPlatform();
const me = platform.addWorkspace();
const peer = platform.addWorkspace({ reply: ({ text }) => `echo ${text}` });
const client = createA2AClient({ platformUrl: platform.url, workspaceId: me.id, token: me.token });
// The second one goes over the connection of the first.
for (const text of ["one", "two"]) {
  const { text: answer } = await client.sendA2AMessage(peer.id, text);
  if (answer !== `echo ${text}`) throw new Error(`got ${answer}`);
}
platform.fail("POST /workspaces/:id/a2a", { kind: "reset" });
const failure = await client
  .sendA2AMessage(peer.id, "three", { delivery: "at-most-once" })
  .catch((error) => error);
if (failure.code !== "network" || failure.delivery !== "maybe") throw new Error(`got ${failure}`);
await client.close();
await platform.close();
if (isMainThread && before === "worker") {
  const worker = new Worker(new URL(import.meta.url), { workerData: [folder] });
  const code = await new Promise((resolve, reject) => worker.once("exit", resolve).once("error", reject));
  if (code !== 0) throw new Error(`the worker ended with ${code}`);
}
