import { relative, resolve } from "node:path";

const SRC = resolve("src");
const CLIENT = resolve(SRC, "client/client.ts");
/** Layers that are too small for a part of their own, and that all others use. */
const BASE = new Set(["errors", "events", "runtime", "text", "validation"]);

/**
 * How much is put into one part, in bytes. An archive compresses what it has seen in the last 32 KiB: so the CommonJS copy
 * of a part, which npm packs beside it, takes nearly no room.
 */
const PART_BYTES = 26_000;

/**
 * Assigns modules to the parts of the build: what a client needs, what other packages bring, and each other layer. All of
 * them are cut in the order in which modules run, so that no two parts import each other.
 */
export function chunkPlan() {
  let plan;
  return (id, graph) => {
    plan ??= createPlan(graph);
    return plan.get(id);
  };
}

function createPlan({ getModuleIds, getModuleInfo }) {
  const ofClient = new Set();
  addImports(CLIENT, getModuleInfo, ofClient);
  const ordered = new Set();
  for (const id of getModuleIds()) addImports(id, getModuleInfo, ordered);
  const groups = new Map();
  for (const id of ordered) {
    const { isEntry, isExternal } = getModuleInfo(id);
    if (isEntry || isExternal) continue;
    const name = ofClient.has(id) && id.startsWith(SRC) ? "core" : layerOf(id);
    groups.set(name, [...(groups.get(name) ?? []), id]);
  }
  const plan = new Map();
  const bytesOf = (id) => getModuleInfo(id).code.length;
  for (const [name, ids] of groups) {
    const pieces = cut(ids, bytesOf);
    pieces.forEach((piece, index) => {
      for (const id of piece) plan.set(id, pieces.length === 1 ? name : `${name}-${index + 1}`);
    });
  }
  return plan;
}

/** Adds a module after everything that it imports. */
function addImports(id, getModuleInfo, found) {
  if (found.has(id)) return;
  for (const imported of getModuleInfo(id).importedIds) addImports(imported, getModuleInfo, found);
  found.add(id);
}

function layerOf(id) {
  const path = relative(SRC, id);
  if (path.startsWith("..")) return /node_modules\/(?:@[^/]+\/)?([^/]+)/.exec(id)?.[1] ?? "vendor";
  const layer = path.split("/")[0].replace(/\.ts$/, "");
  return BASE.has(layer) ? "base" : layer;
}

/** Cuts a list into pieces of about the same size. */
function cut(ids, bytesOf) {
  const total = ids.reduce((sum, id) => sum + bytesOf(id), 0);
  const share = total / Math.ceil(total / PART_BYTES);
  const pieces = [];
  let before = 0;
  for (const id of ids) {
    const index = Math.floor(before / share);
    pieces[index] = [...(pieces[index] ?? []), id];
    before += bytesOf(id);
  }
  return pieces.filter((piece) => piece !== undefined);
}
