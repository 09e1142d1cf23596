import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { isAbsolute, resolve } from "node:path";
import { runInNewContext } from "node:vm";
import { startPlatform } from "a2a-peers/testing";
import { build } from "esbuild";
import { rollup } from "rollup";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type InstalledPackage, installPackage } from "./installed";

interface Bundle {
  code: string;
  warnings: string[];
}

async function bundleWithEsbuild(entry: string): Promise<Bundle> {
  const { outputFiles, warnings } = await build({
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    platform: "node",
    write: false,
    logLevel: "silent",
  });
  return { code: outputFiles[0]?.text ?? "", warnings: warnings.map(({ text }) => text) };
}

/** Bundles the package, and leaves what it depends on outside, for which rollup needs a plugin. */
async function bundleWithRollup(entry: string): Promise<Bundle> {
  const warnings: string[] = [];
  const bundle = await rollup({
    input: entry,
    plugins: [
      { name: "own", resolveId: (id) => (id === "a2a-peers" ? installed.file("dist/index.js") : null) },
    ],
    external: (id) => id !== "a2a-peers" && !id.startsWith(".") && !isAbsolute(id),
    onwarn: ({ message }) => warnings.push(message),
  });
  const { output } = await bundle.generate({ format: "es", inlineDynamicImports: true });
  return { code: output[0].code, warnings };
}

let installed: InstalledPackage;
beforeAll(async () => {
  installed = await installPackage();
}, 120_000);
afterAll(() => installed?.remove());

const USE = `
import { A2AError, type A2AClient, createA2AClient, isA2AError, type SendOutcome, settle, toToolText } from "a2a-peers";
import { type AgentQuestion, createAgent, guardInbound, nodeGuard, nodeHandler } from "a2a-peers/agent";
import { createHeartbeat } from "a2a-peers/heartbeat";
import { createInbox, type InboxMessage } from "a2a-peers/inbox";
import { logEvents, messageFirst } from "a2a-peers/logging";
import { openTelemetry } from "a2a-peers/otel";
import { startPlatform, type TestPlatform } from "a2a-peers/testing";
import { createPeerTools, type PeerTool, toMcpTool } from "a2a-peers/tools";

async function use(): Promise<string> {
  await using platform: TestPlatform = await startPlatform();
  const me = platform.addWorkspace({ name: "me", reply: ({ text }) => text });
  const client: A2AClient = createA2AClient({ platformUrl: platform.url, workspaceId: me.id, retry: { jitter: "full" }, logger: logEvents(messageFirst(console)), telemetry: openTelemetry() });
  const { sendA2AMessage } = client;
  const sent = await settle(sendA2AMessage(me.id, { parts: [{ kind: "data", data: 1 }] }, { allowSelf: true }));
  createHeartbeat(client).start();
  const inbox = createInbox(client);
  void inbox.run(({ text }: InboxMessage) => text);
  const tools: PeerTool[] = createPeerTools(client, { inbox, exclude: ["inbox_pop"] });
  await tools.map(toMcpTool)[0]?.[2]({}, {});
  const question: AgentQuestion = { state: "input-required", text: "Which?" };
  const agent = createAgent(client, { card: { name: "me" }, onMessage: ({ text }) => (text === "" ? question : undefined) });
  nodeHandler(agent)({ headers: {} }, {});
  nodeGuard(guardInbound(client))({ headers: {} }, {}, () => {});
  if (!sent.ok) return sent.error.code === "timeout" ? "slow" : toToolText(sent.error);
  const outcome: SendOutcome = sent.value;
  return outcome.kind === "queued" ? String(outcome.queueDepth ?? 0) : outcome.text;
}
use().catch((error: unknown) => (isA2AError(error) ? error.delivery : A2AError));
`;

const SCRIPT = (load: (name: string) => string) => `
const { A2AError, createA2AClient, isA2AError, toToolText } = ${load("a2a-peers")};
const { createAgent } = ${load("a2a-peers/agent")};
const { createHeartbeat } = ${load("a2a-peers/heartbeat")};
const { createInbox } = ${load("a2a-peers/inbox")};
const { startPlatform } = ${load("a2a-peers/testing")};
const { createPeerTools } = ${load("a2a-peers/tools")};
const platform = await startPlatform();
const me = platform.addWorkspace({ name: "me" });
const peer = platform.addWorkspace({ name: "peer", reply: (message) => "you said " + message.text });
const client = createA2AClient({ platformUrl: platform.url, workspaceId: me.id, token: me.token });
console.log((await client.sendA2AMessage(peer.id, "hello")).text);
try { createHeartbeat(client, { intervalMs: -1 }); } catch (error) { console.log(error instanceof A2AError, error.code); }
try { createAgent(client, {}); } catch (error) { console.log(error instanceof A2AError, error.code); }
try { createPeerTools(client, { include: ["x"] }); } catch (error) { console.log(error instanceof A2AError, error.code); }
try { createInbox(client, { concurrency: 0 }); } catch (error) { console.log(error instanceof A2AError, error.code); }
await client.close();
await platform.close();
`;

const STRICT = [
  "--strict",
  "--noEmit",
  "--exactOptionalPropertyTypes",
  "--target",
  "es2022",
  "--types",
  "node",
];

const ROOT = resolve(import.meta.dirname, "../..");
const PAGES = ["README.md", ...readdirSync(resolve(ROOT, "docs")).map((file) => `docs/${file}`)];

/** The TypeScript of a page, as files whose names have the page and the number of the block. */
function blocksOf(page: string): { name: string; code: string }[] {
  const text = readFileSync(resolve(ROOT, page), "utf8");
  const slug = page.replace(/[/.]/g, "-");
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code = ""], index) => ({
    name: `${slug}-block-${index + 1}.mts`,
    code,
  }));
}

// The compiler reads the same types for all of these, so it is started once.
let ofNode: Promise<string[]> | undefined;
function complaintsOfNode(): Promise<string[]> {
  ofNode ??= compileForNode();
  return ofNode;
}

async function compileForNode(): Promise<string[]> {
  const blocks = PAGES.flatMap(blocksOf);
  expect(blocks.length).toBeGreaterThan(10);
  const files = await Promise.all([
    installed.write("use.mts", USE),
    installed.write("use.cts", USE),
    ...blocks.map(({ name, code }) => installed.write(name, `${code}\nexport {};\n`)),
  ]);
  const complaints = await installed.tsc(
    ...STRICT,
    "--module",
    "nodenext",
    "--lib",
    "ES2023,ESNext.Disposable",
    ...files,
  );
  return complaints.split("\n").filter((line) => line !== "");
}

describe("the packed package", { timeout: 60_000 }, () => {
  it("holds the build, its pages, licence and notices, and nothing of the project's inside", () => {
    const files = readdirSync(installed.file(), { recursive: true, encoding: "utf8" });
    const outside = files.filter((file) => !/^(dist|docs)\b/.test(file));
    expect(outside.sort()).toEqual([
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "THIRD_PARTY_NOTICES.md",
      "package.json",
    ]);
  });

  it("has short lines, because Node prints that of an error which nobody catches", () => {
    const folders = ["dist/parts", "dist/cjs/parts"].map((path) => installed.file(path));
    const parts = folders.flatMap((folder) =>
      readdirSync(folder).map((name) => readFileSync(resolve(folder, name), "utf8")),
    );
    expect(parts.length).toBeGreaterThan(20);
    const lengths = parts.flatMap((code) => code.split("\n").map((line) => line.length));
    expect(Math.max(...lengths)).toBeLessThan(1000);
  });

  it("works as an ES module", async () => {
    const file = await installed.write(
      "use.mjs",
      SCRIPT((name) => `await import("${name}")`),
    );
    expect(await installed.node(file)).toBe(
      "you said hello\ntrue invalid_argument\ntrue invalid_argument\ntrue invalid_argument\ntrue invalid_argument\n",
    );
  });

  it("works as CommonJS, also where require() takes no ES module", async () => {
    const file = await installed.write(
      "use.cjs",
      `(async () => {${SCRIPT((name) => `require("${name}")`)}})();`,
    );
    const withoutRequireEsm = process.allowedNodeEnvironmentFlags.has("--experimental-require-module")
      ? ["--no-experimental-require-module"]
      : [];
    expect(await installed.node(...withoutRequireEsm, file)).toBe(
      "you said hello\ntrue invalid_argument\ntrue invalid_argument\ntrue invalid_argument\ntrue invalid_argument\n",
    );
  });

  it("recognises its errors across the two formats", async () => {
    const file = await installed.write(
      "across.mjs",
      `import { createRequire } from "node:module";
       import * as esm from "a2a-peers";
       const cjs = createRequire(import.meta.url)("a2a-peers");
       const error = new cjs.A2AError({ code: "closed", message: "closed" });
       console.log(error instanceof esm.A2AError, esm.isA2AError(error), esm.toToolText(error));`,
    );
    expect(await installed.node(file)).toBe("false true [A2A_ERROR] closed\n");
  });

  it("does nothing when it is imported", async () => {
    const file = await installed.write(
      "quiet.mjs",
      `import "a2a-peers"; import "a2a-peers/agent"; import "a2a-peers/heartbeat"; import "a2a-peers/inbox"; import "a2a-peers/logging"; import "a2a-peers/otel"; import "a2a-peers/testing"; import "a2a-peers/tools";
       process.once("beforeExit", () => console.log("nothing left to do"));
       console.log(process.getActiveResourcesInfo().filter((kind) => /Timeout|Immediate|TCP|Server/.test(kind)));`,
    );
    expect(await installed.node(file)).toBe("[]\nnothing left to do\n");
  });

  it.each([
    ["an ES module", "use.mts"],
    ["CommonJS", "use.cts"],
  ])("has types that compile for %s", async (_, name) => {
    expect((await complaintsOfNode()).filter((line) => line.startsWith(name))).toEqual([]);
  });

  it("has pages whose TypeScript compiles", async () => {
    expect((await complaintsOfNode()).filter((line) => !line.startsWith("use."))).toEqual([]);
  });

  it("has a README whose first program runs as it stands, with what it says to print", async () => {
    const readme = readFileSync(installed.file("README.md"), "utf8");
    const [, file = ""] = /Save it as `(\S+)` and run `node \1`/.exec(readme) ?? [];
    const [, program = ""] = /^```js\n([\s\S]*?)^```/m.exec(readme) ?? [];
    const [, printed] = /^It prints `([^`]+)`/m.exec(readme) ?? [];
    expect(await installed.node(await installed.write(file, program))).toBe(`${printed}\n`);
  });

  it("has types that compile for a bundler, beside the types of the DOM", async () => {
    const file = await installed.write("use.ts", USE);
    const options = [
      "--module",
      "esnext",
      "--moduleResolution",
      "bundler",
      "--lib",
      "ES2023,ESNext.Disposable,DOM",
    ];
    expect(await installed.tsc(...STRICT, ...options, file)).toBe("");
  });

  it("has types that compile beside those of the DOM alone, the types of libraries included", async () => {
    await installed.write("lean.mts", USE.replace("await using platform", "const platform"));
    const compilerOptions = {
      lib: ["es2022", "dom"],
      types: [],
      skipLibCheck: false,
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      target: "es2022",
      module: "nodenext",
    };
    const project = JSON.stringify({ compilerOptions, files: ["lean.mts"] });
    expect(await installed.tsc("--project", await installed.write("tsconfig.lean.json", project))).toBe("");
  });

  it("shows no type of another package and no any", () => {
    const types = readdirSync(installed.file("dist/cjs")).filter((file) => file.endsWith(".d.cts"));
    expect(types.length).toBeGreaterThan(5);
    for (const file of types) {
      const text = readFileSync(installed.file("dist/cjs", file), "utf8");
      const foreign = [...text.matchAll(/from ['"]([^.'"][^'"]*)['"]/g)].map(([, name]) => name);
      expect({ file, foreign }).toEqual({ file, foreign: [] });
      expect(text.replace(/\/\*[\s\S]*?\*\//g, "")).not.toMatch(/[:<|,]\s*any\b/);
    }
  });

  it.each([
    ["esbuild", bundleWithEsbuild],
    ["rollup", bundleWithRollup],
  ])("is bundled by %s, without a warning, into a program that gets a reply", async (name, bundle) => {
    await using platform = await startPlatform();
    const me = platform.addWorkspace({ name: "me" });
    const peer = platform.addWorkspace({ name: "peer", reply: ({ text }) => text });
    const options = { platformUrl: platform.url, workspaceId: me.id, token: me.token };
    const entry = await installed.write(
      `${name}-entry.mjs`,
      `import { createA2AClient } from "a2a-peers";
       const client = createA2AClient(${JSON.stringify(options)});
       console.log((await client.sendA2AMessage("${peer.id}", "bundled by ${name}")).text);
       await client.close();`,
    );
    const { code, warnings } = await bundle(entry);
    expect(warnings).toEqual([]);
    const file = await installed.write(`${name}-bundle.mjs`, code);
    expect(await installed.node(file)).toBe(`bundled by ${name}\n`);
  });

  it("bundles for a worker, which has no Node built-ins", async () => {
    const bundle = await build({
      stdin: { contents: 'export { createA2AClient } from "a2a-peers";', resolveDir: installed.folder },
      bundle: true,
      format: "esm",
      platform: "browser",
      conditions: ["worker"],
      write: false,
      logLevel: "silent",
    });
    const text = bundle.outputFiles[0]?.text ?? "";
    expect(text).toContain("createA2AClient");
    expect(text).not.toMatch(/from ["'](node:|http|fs)/);
  });

  it("requires of its CommonJS build only what is CommonJS for a test environment with a DOM, too", () => {
    const all = readdirSync(installed.file("dist/cjs"), { recursive: true, encoding: "utf8" });
    const files = all.filter((file) => file.endsWith(".js"));
    expect(files.length).toBeGreaterThan(10);
    const required = files.flatMap((file) => {
      const text = readFileSync(installed.file("dist/cjs", file), "utf8");
      return [...text.matchAll(/\brequire\(['"]([^.'"][^'"]*)['"]\)/g)].map(([, name = ""]) => name);
    });
    expect(new Set(required.filter((name) => !isBuiltin(name)))).toEqual(
      new Set(["lru-cache", "@opentelemetry/api"]),
    );
  });

  it("sends a message where there are timers and a fetch, but no Node, no streams and no TextEncoder", async () => {
    const bundle = await build({
      stdin: { contents: 'export { createA2AClient } from "a2a-peers";', resolveDir: installed.folder },
      bundle: true,
      format: "iife",
      globalName: "a2aPeers",
      platform: "browser",
      write: false,
      logLevel: "silent",
    });
    const result = { kind: "message", role: "agent", messageId: "m", parts: [{ kind: "text", text: "ok" }] };
    const globals = {
      fetch: async () => ({ ok: true, status: 200, text: async () => JSON.stringify({ result }) }),
      setTimeout, clearTimeout, queueMicrotask, AbortController, URL, performance, crypto,
    }; // biome-ignore format: one list
    const code = `${bundle.outputFiles[0]?.text}
      const client = a2aPeers.createA2AClient({
        platformUrl: "http://platform.test", workspaceId: "${crypto.randomUUID()}", token: "token",
      });
      const peer = "${crypto.randomUUID()}";
      Promise.all([
        client.sendA2AMessage(peer, "hello").then(({ text }) => text),
        client.sendA2AMessage(peer, "ü".repeat(600_000)).catch(({ code }) => code),
      ]).then((results) => client.close().then(() => results.join()));`;
    expect(await runInNewContext(code, globals)).toBe("ok,too_large");
  });

  it("says the same version as the changelog", () => {
    const { version } = JSON.parse(readFileSync(installed.file("package.json"), "utf8")) as {
      version: string;
    };
    const changelog = readFileSync(resolve(import.meta.dirname, "../../CHANGELOG.md"), "utf8");
    expect(changelog).toContain(`## [${version}]`);
  });
});
