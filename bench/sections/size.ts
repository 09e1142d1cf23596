import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";
import { atMost, type Section } from "../section";

const OWN_CODE_GOAL_KB = 16;
const TARBALL_GOAL_KB = 400;

/** The size of the package, and of its client in a bundle beside the official one. */
export const size: Section = {
  name: "size",
  async run({ folder }) {
    const client = `export { createA2AClient } from ${JSON.stringify(resolve(folder, "dist/index.js"))}`;
    const official = 'export { ClientFactory } from "@a2a-js/sdk/client"';
    const own = await measureBundle(client, ["ofetch", "lru-cache", "uuid"]);
    const rows = [
      { bundle: "createA2AClient, without its dependencies", ...own },
      { bundle: "createA2AClient", ...(await measureBundle(client)) },
      { bundle: "ClientFactory of @a2a-js/sdk", ...(await measureBundle(official)) },
    ];
    const tarball = await measureTarball(folder);
    return {
      tables: [
        { title: "Size of a client in a bundle, minified", rows },
        { title: "Size of the package", rows: [tarball] },
      ],
      goals: [
        atMost("own code of createA2AClient alone, brotli", own["brotli kB"], OWN_CODE_GOAL_KB, "kB"),
        atMost("tarball", tarball["packed kB"], TARBALL_GOAL_KB, "kB"),
      ],
    };
  },
};

/** What a program loads later is in it, too. */
async function measureBundle(program: string, external: readonly string[] = []) {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: resolve(import.meta.dirname, "../.."), sourcefile: "program.js" },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node20",
    external: [...external],
  });
  const code = outputFiles[0]?.contents ?? new Uint8Array();
  return { kB: code.length / 1000, "brotli kB": brotliCompressSync(code).length / 1000 };
}

interface Packed {
  readonly size: number;
  readonly unpackedSize: number;
  readonly entryCount: number;
}

async function measureTarball(folder: string) {
  const args = ["pack", "--dry-run", "--json", "--ignore-scripts"];
  const { stdout } = await promisify(execFile)("npm", args, { cwd: folder });
  const [packed] = JSON.parse(stdout) as Packed[];
  if (packed === undefined) throw new Error("npm packed nothing");
  return {
    "packed kB": packed.size / 1000,
    "unpacked kB": packed.unpackedSize / 1000,
    files: packed.entryCount,
  };
}
