// Serves a worker with miniflare until its input ends. Runs on a Node that miniflare takes. Prints the URL as one line.
// Arguments: the path of miniflare, the folder of the worker's modules and its main one, its compatibility flags and its
// bindings as JSON.
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

const [miniflare, folder, main, flags, bindings] = process.argv.slice(2);
const { Miniflare } = createRequire(import.meta.url)(miniflare);
const others = (await readdir(folder)).filter((name) => /\.m?js$/.test(name) && name !== main);
const modules = await Promise.all(
  [main, ...others].map(async (name) => ({
    type: "ESModule",
    path: join(folder, name),
    contents: await readFile(join(folder, name), "utf8"),
  })),
);
const server = new Miniflare({
  host: "127.0.0.1",
  port: 0,
  modules,
  modulesRoot: folder,
  compatibilityDate: "2026-04-01",
  compatibilityFlags: JSON.parse(flags),
  bindings: { GIVEN: JSON.parse(bindings) },
});
const { port } = await server.ready;
console.log(`http://localhost:${port}`);
process.stdin.resume();
await new Promise((ended) => process.stdin.once("end", ended));
await server.dispose();
