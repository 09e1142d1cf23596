// Runs on the runtime that is to be tried, in a folder where the packed package is installed. Prints one JSON line.
// Arguments: the JSON that run.mjs prepares. Each step says what it saw; run.mjs compares.
import { createServer } from "node:http";
import { createA2AClient } from "a2a-peers";
import { createAgent, nodeHandler } from "a2a-peers/agent";
import { createHeartbeat } from "a2a-peers/heartbeat";
import { createInbox } from "a2a-peers/inbox";
import { startPlatform } from "a2a-peers/testing";
import { createPeerTools } from "a2a-peers/tools";
import { outcome, runSteps } from "./run-steps.mjs";

const args = (globalThis.Deno?.args ?? process.argv.slice(2)).at(-1);
const { platformUrl, me, asker, peers, stateDir, closedPort } = JSON.parse(args);

const options = {
  platformUrl,
  workspaceId: me.id,
  token: me.token,
  retry: { baseDelayMs: 20, maxDelayMs: 20 },
};
const client = createA2AClient(options);
const careful = createA2AClient({ ...options, delivery: "at-most-once" });
/** Serves a web-standard handler as the runtime does. */
async function serve(handler) {
  if (globalThis.Bun !== undefined) {
    const server = Bun.serve({ port: 0, fetch: handler });
    return { port: server.port, stop: () => server.stop(true) };
  }
  if (globalThis.Deno !== undefined) {
    const server = Deno.serve({ port: 0, onListen: () => {} }, handler);
    return { port: server.addr.port, stop: () => server.shutdown() };
  }
  const server = createServer(nodeHandler({ fetch: handler }));
  await new Promise((done) => server.listen(0, done));
  return { port: server.address().port, stop: () => new Promise((done) => server.close(done)) };
}

const steps = {
  "a reply": () => outcome(client.sendA2AMessage(peers.echo, "hello")),
  "64 KiB of Chinese": async () => {
    const text = "任务".repeat(10_922);
    const sent = await client.sendA2AMessage(peers.echo, text);
    return sent.text === `echo: ${text}` ? "as it was sent" : `changed, ${sent.text.length} characters`;
  },
  "a connection reset once": () => outcome(client.sendA2AMessage(peers.resetOnce, "hello")),
  "a connection reset, at most once": () => outcome(careful.sendA2AMessage(peers.reset, "hello")),
  "a connection closed without an answer, at most once": () =>
    outcome(careful.sendA2AMessage(peers.close, "hello")),
  "an answer cut off": () => outcome(client.sendA2AMessage(peers.cut, "hello")),
  "no answer in time": () => outcome(client.sendA2AMessage(peers.stall, "hello", { budgetMs: 300 })),
  "a port that is closed": () => {
    const nowhere = createA2AClient({ ...options, platformUrl: `http://127.0.0.1:${closedPort}` });
    return outcome(nowhere.sendA2AMessage(peers.echo, "hello"));
  },
  "an abort": async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("enough")), 50);
    return client.sendA2AMessage(peers.stall, "hello", { signal: controller.signal }).then(
      () => "a reply",
      (error) => error.message,
    );
  },
  peers: async () => {
    const { peers: listed, diagnostic } = await client.listPeers();
    return diagnostic?.message ?? (listed.length > 3 ? "listed" : `${listed.length} peers`);
  },
  "a beat": async () => {
    const heartbeat = createHeartbeat(client, { stateDir, delegations: false });
    const { ok, error } = await heartbeat.beat();
    await heartbeat.stop();
    return ok ? "accepted" : error.message;
  },
  "the inbox": async () => {
    const inbox = createInbox(client, { stateDir });
    const message = await inbox.receive({ timeoutMs: 5000 });
    await message?.ack();
    await inbox.stop();
    return message?.text ?? "nothing";
  },
  "an agent behind the runtime's own server": async () => {
    let agent;
    const server = await serve((request) => agent.fetch(request));
    agent = createAgent(client, {
      card: { name: "agent" },
      url: `http://localhost:${server.port}`,
      heartbeat: { stateDir },
      onMessage: ({ text }) => `you said ${text}`,
    });
    await agent.start();
    const other = createA2AClient({ ...options, workspaceId: asker.id, token: asker.token });
    const seen = await outcome(other.sendA2AMessage(me.id, "hi"));
    await agent.stop();
    await other.close();
    await server.stop();
    return seen;
  },
  "a tool": async () => {
    const tool = createPeerTools(client).find(({ name }) => name === "delegate_task");
    const { text, isError } = await tool.run({ workspace_id: peers.echo, task: "hello" });
    return isError ? text : "ran";
  },
  "the embedded platform": async () => {
    const platform = await startPlatform();
    const own = platform.addWorkspace({ name: "own" });
    const peer = platform.addWorkspace({ name: "peer", reply: ({ text }) => text });
    const local = createA2AClient({ platformUrl: platform.url, workspaceId: own.id, token: own.token });
    const seen = await outcome(local.sendA2AMessage(peer.id, "hello"));
    await local.close();
    await platform.close();
    return seen;
  },
};

const seen = await runSteps(steps);
await client.close();
await careful.close();
console.log(JSON.stringify(seen));
(globalThis.Deno?.exit ?? process.exit)(0);
