// npm run matrix: the built and packed package on Node 20, 22 and 24, Bun and Deno, which are taken from the npm registry.
// Needs `npm run build` before, and the registry. Prints one table; fails when a runtime sees something else.
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startPlatform } from "a2a-peers/testing";
import { installRuntimes, run } from "../runtimes.mjs";

const ROOT = resolve(import.meta.dirname, "../..");

/** What every runtime has to see. Without Node's sockets nobody knows how far a request came: `maybe` is right there. */
const EXPECTED = {
  "a reply": ["reply: echo: hello, 1 attempts"],
  "64 KiB of Chinese": ["as it was sent"],
  // Deno's own fetch repeats the request once, so that the client sees one attempt.
  "a connection reset once": ["reply: after a reset, 2 attempts", "reply: after a reset, 1 attempts"],
  "a connection reset, at most once": ["network, maybe, received 1 times"],
  "a connection closed without an answer, at most once": ["network, maybe, received 1 times"],
  "an answer cut off": ["reply_lost, confirmed", "network, maybe"],
  "no answer in time": ["timeout, maybe"],
  "a port that is closed": ["network, not-sent"],
  "an abort": ["enough"],
  peers: ["listed"],
  "a beat": ["accepted"],
  "the inbox": ["from the human"],
  "an agent behind the runtime's own server": ["reply: you said hi, 1 attempts"],
  "a tool": ["ran"],
  "the embedded platform": ["reply: hello, 1 attempts"],
};

/** A folder in which the packed package is installed, with the steps. */
async function install(scratch) {
  const packed = await run("npm", ["pack", "--ignore-scripts", "--pack-destination", scratch], { cwd: ROOT });
  const tarball = packed.output.trim().split("\n").at(-1);
  const project = join(scratch, "project");
  await mkdir(project);
  await writeFile(join(project, "package.json"), JSON.stringify({ type: "module", private: true }));
  await cp(join(import.meta.dirname, "steps.mjs"), join(project, "steps.mjs"));
  const installed = await run("npm", ["install", "--no-audit", "--no-fund", join(scratch, tarball)], {
    cwd: project,
  });
  if (!installed.ok) throw new Error(installed.errors);
  return project;
}

async function closedPort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** The platform that one runtime talks to, and what the steps need of it. */
async function prepare(scratch, name) {
  const platform = await startPlatform();
  const me = platform.addWorkspace({ name: "me", deliveryMode: "poll" });
  const asker = platform.addWorkspace({ name: "asker" });
  me.writeAsHuman("from the human");
  const peer = (peerName, reply, fault, times) => {
    const { id } = platform.addWorkspace({ name: peerName, reply });
    if (fault !== undefined) platform.fail(`POST /workspaces/${id}/a2a`, { kind: fault }, times && { times });
    return id;
  };
  const peers = {
    echo: peer("echo", ({ text }) => `echo: ${text}`),
    resetOnce: peer("reset once", () => "after a reset", "reset", 1),
    reset: peer("reset", () => "never", "reset", 1000),
    close: peer("close", () => "never", "close", 1000),
    cut: peer("cut", () => "never", "cut", 1000),
    stall: peer("stall", () => "never", "stall", 1000),
  };
  const stateDir = await mkdtemp(join(scratch, `${name.replaceAll(" ", "-")}-state-`));
  const given = {
    platformUrl: platform.url,
    me: { id: me.id, token: me.token },
    asker: { id: asker.id, token: asker.token },
    peers,
    stateDir,
    closedPort: await closedPort(),
  };
  return { platform, given: JSON.stringify(given) };
}

const scratch = await mkdtemp(join(tmpdir(), "a2a-peers-matrix-"));
let wrong = 0;
try {
  const project = await install(scratch);
  const rows = [];
  for (const runtime of await installRuntimes()) {
    const { binary, version } = runtime;
    if (binary === undefined) {
      console.log(`${runtime.name}: not run, because ${runtime.reason}`);
      continue;
    }
    const { platform, given } = await prepare(scratch, runtime.name);
    const result = await run(binary, [...runtime.args, "steps.mjs", given], { cwd: project });
    const received = (peer) =>
      platform.requests.filter(({ path }) => path.includes(JSON.parse(given).peers[peer])).length;
    const repeats = {
      "a connection reset, at most once": received("reset"),
      "a connection closed without an answer, at most once": received("close"),
    };
    await platform.close();
    const line = result.output.trim().split("\n").at(-1) ?? "";
    const seen = line.startsWith("{") ? JSON.parse(line) : {};
    if (!line.startsWith("{"))
      console.log(`${runtime.name} printed no result:\n${result.output}${result.errors}`);
    for (const [step, count] of Object.entries(repeats))
      seen[step] = `${seen[step]}, received ${count} times`;
    const verdicts = Object.entries(EXPECTED).map(([step, expected]) => ({
      step,
      ok: expected.includes(seen[step]),
      seen: seen[step],
    }));
    const failures = verdicts.filter(({ ok }) => !ok);
    wrong += failures.length;
    rows.push(
      `| ${runtime.name} (${version}) | ${verdicts.length - failures.length} of ${verdicts.length} | ${failures.map(({ step, seen: was }) => `${step}: ${was ?? "nothing"}`).join("; ") || "–"} |`,
    );
  }
  console.log(["| Runtime | As expected | Otherwise |", "|---|---|---|", ...rows].join("\n"));
} finally {
  await rm(scratch, { recursive: true, force: true });
}
process.exitCode = wrong === 0 ? 0 : 1;
