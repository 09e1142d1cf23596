import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../runtimes.mjs";
import { installBundlers } from "../bundle.mjs";
import { startMatrixPlatform } from "../platform.mjs";
import { judge, parseSeen } from "../project.mjs";
import { installWorkerd } from "../workerd.mjs";

const REPLY = "echo: bundled";

/** The same small program, bundled for Node and for a worker, and run there without any package beside it. */
export async function* bundlers({ scratch, project }) {
  const workerd = await installWorkerd();
  const { given, close } = await startMatrixPlatform();
  try {
    for (const { name, version, bundle } of await installBundlers()) {
      const seen = {};
      const node = join(scratch, name, "node");
      seen["warnings for Node"] = await tryBundle(bundle, join(project, "bundled-node.mjs"), node, false);
      seen["a reply on Node"] = await runOnNode(node, given);
      const worker = join(scratch, name, "worker");
      seen["warnings for a worker"] = await tryBundle(
        bundle,
        join(project, "bundled-worker.mjs"),
        worker,
        true,
      );
      seen["Node's modules imported for a worker"] = await findNodeImports(worker);
      seen["a reply on workerd"] = await runOnWorkerd(workerd, worker, given);
      const expected = {
        "warnings for Node": "none",
        "a reply on Node": REPLY,
        "warnings for a worker": "none",
        "Node's modules imported for a worker": "none",
        ...(workerd.serve !== undefined && { "a reply on workerd": REPLY }),
      };
      yield { subject: name, version, verdicts: judge(expected, seen) };
    }
  } finally {
    await close();
  }
}

async function tryBundle(bundle, entry, folder, isWorker) {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  try {
    const warnings = await bundle({ entry, folder, isWorker });
    return warnings.join("; ").slice(0, 300) || "none";
  } catch (error) {
    return `threw ${String(error.message).slice(0, 300)}`;
  }
}

async function runOnNode(folder, given) {
  return parseSeen(await run(process.execPath, ["main.js", JSON.stringify(given)], { cwd: folder })).reply;
}

async function runOnWorkerd({ serve }, folder, given) {
  if (serve === undefined) return undefined;
  try {
    const { url, close } = await serve(folder, "main.js", given);
    const text = await (await fetch(url)).text();
    await close();
    return text.startsWith("{") ? JSON.parse(text).reply : text.slice(0, 300);
  } catch (error) {
    return error.message;
  }
}

async function findNodeImports(folder) {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".js"));
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), "utf8")));
  const imports = texts.flatMap((text) => text.match(/\b(from|import)\s*\(?\s*["']node:[a-z_]+["']/g) ?? []);
  return imports.join("; ") || "none";
}
