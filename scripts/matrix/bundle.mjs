import { dirname } from "node:path";
import { installTools } from "./project.mjs";

/**
 * The bundlers. Each has its `version` and `bundle`, which writes the ES modules of an entry to a folder, with `main.js`,
 * for Node or for a worker, and resolves to its warnings.
 */
export async function installBundlers() {
  const tools = await installTools("bundlers", [
    "esbuild",
    "rollup",
    "@rollup/plugin-node-resolve",
    "webpack",
    "vite",
  ]);
  const bundlers = { esbuild: withEsbuild, rollup: withRollup, webpack: withWebpack, vite: withVite };
  return Promise.all(
    Object.entries(bundlers).map(async ([name, bundle]) => ({
      name,
      version: await tools.version(name),
      bundle: (options) => bundle(tools, options),
    })),
  );
}

async function withEsbuild({ load }, { entry, folder, isWorker }) {
  const { warnings } = await load("esbuild").build({
    entryPoints: { main: entry },
    outdir: folder,
    bundle: true,
    format: "esm",
    splitting: true,
    platform: isWorker ? "browser" : "node",
    ...(isWorker && { conditions: ["workerd", "worker"] }),
    logLevel: "silent",
  });
  return warnings.map(({ text }) => text);
}

async function withRollup({ load }, { entry, folder, isWorker }) {
  const warnings = [];
  const { nodeResolve } = load("@rollup/plugin-node-resolve");
  const bundle = await load("rollup").rollup({
    input: { main: entry },
    plugins: [nodeResolve(isWorker ? { browser: true } : { exportConditions: ["node"] })],
    external: isWorker ? [] : [/^node:/],
    onwarn: ({ message }) => warnings.push(message),
  });
  await bundle.write({ dir: folder, format: "es" });
  await bundle.close();
  return warnings;
}

async function withWebpack({ load }, { entry, folder, isWorker }) {
  const stats = await new Promise((done, reject) => {
    load("webpack")(
      {
        mode: "production",
        entry: { main: entry },
        target: isWorker ? ["webworker", "es2022"] : "node20",
        experiments: { outputModule: true },
        output: {
          path: folder,
          filename: "[name].js",
          module: true,
          chunkFormat: "module",
          library: { type: "module" },
          ...(isWorker && { chunkLoading: "import", publicPath: "" }),
        },
        performance: false,
      },
      (error, result) => (error ? reject(error) : done(result)),
    );
  });
  const { warnings, errors } = stats.toJson({ all: false, warnings: true, errors: true });
  return [...errors, ...warnings].map(({ message }) => message);
}

async function withVite({ find }, { entry, folder, isWorker }) {
  const warnings = [];
  const { build } = await import(find("vite/dist/node/index.js"));
  const keep = (message) => warnings.push(message);
  await build({
    configFile: false,
    logLevel: "silent",
    customLogger: {
      info() {},
      warn: keep,
      warnOnce: keep,
      error: keep,
      clearScreen() {},
      hasErrorLogged: () => false,
      hasWarned: false,
    },
    root: dirname(entry),
    ...(isWorker ? { ssr: { target: "webworker", noExternal: true } } : { ssr: { noExternal: true } }),
    build: {
      ssr: entry,
      outDir: folder,
      emptyOutDir: false,
      rollupOptions: { output: { entryFileNames: "main.js", chunkFileNames: "[name]-[hash].js" } },
    },
  });
  return warnings;
}
