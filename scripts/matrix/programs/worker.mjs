// A worker, with what it needs in the binding GIVEN. `/steps` answers what each step has seen, `/start` starts the agent,
// and every other request is the platform's to the agent. Each step says what it saw; sections/worker.mjs compares.
import { createA2AClient } from "a2a-peers";
import { createAgent } from "a2a-peers/agent";
import { createHeartbeat } from "a2a-peers/heartbeat";
import { createPeerTools } from "a2a-peers/tools";
import { outcome, runSteps } from "./run-steps.mjs";

const RETRY = { baseDelayMs: 20, maxDelayMs: 20 };

const clientOf = ({ platformUrl, me }, options = {}) =>
  createA2AClient({ platformUrl, workspaceId: me.id, token: me.token, retry: RETRY, ...options });

async function tryEverything(given) {
  const { peers, closedPort } = given;
  const client = clientOf(given);
  const careful = clientOf(given, { delivery: "at-most-once" });
  const steps = {
    "a reply": () => outcome(client.sendA2AMessage(peers.echo, "hello")),
    "a connection reset once": () => outcome(client.sendA2AMessage(peers.resetOnce, "hello")),
    "a connection reset, at most once": () => outcome(careful.sendA2AMessage(peers.reset, "hello")),
    "a connection closed without an answer, at most once": () =>
      outcome(careful.sendA2AMessage(peers.close, "hello")),
    "an answer cut off": () => outcome(client.sendA2AMessage(peers.cut, "hello")),
    "no answer in time": () => outcome(client.sendA2AMessage(peers.stall, "hello", { budgetMs: 300 })),
    "a port that is closed": () => {
      const nowhere = clientOf(given, { platformUrl: `http://127.0.0.1:${closedPort}` });
      return outcome(nowhere.sendA2AMessage(peers.echo, "hello"));
    },
    peers: async () => ((await client.listPeers()).peers.length > 3 ? "listed" : "missing"),
    "a beat": async () => {
      const { ok, error } = await createHeartbeat(client, { delegations: false }).beat();
      return ok ? "accepted" : error.message;
    },
    "a tool": async () => {
      const tool = createPeerTools(client).find(({ name }) => name === "delegate_task");
      const { text, isError } = await tool.run({ workspace_id: peers.echo, task: "hello" });
      return isError ? text : "ran";
    },
    "certificates of the options": async () => {
      const tls = { ca: "-----BEGIN CERTIFICATE-----" };
      try {
        clientOf(given, { platformUrl: "https://platform.example", tls });
        return "taken";
      } catch (error) {
        return error.code;
      }
    },
  };
  const seen = await runSteps(steps);
  await client.close();
  await careful.close();
  return seen;
}

let agent;

async function startAgent(given, url) {
  agent = createAgent(clientOf(given), {
    card: { name: "agent" },
    url,
    // Timers end with the request that sets them: the beats of a worker are those of a scheduled event.
    heartbeat: false,
    onMessage: ({ text }) => `you said ${text}`,
  });
  await agent.start();
  return "started";
}

// biome-ignore lint/style/noDefaultExport: a worker is the default export of its module
export default {
  async fetch(request, { GIVEN }) {
    const { origin, pathname } = new URL(request.url);
    if (pathname === "/steps") return Response.json(await tryEverything(GIVEN));
    if (pathname === "/start") return new Response(await startAgent(GIVEN, origin));
    return agent.fetch(request);
  },
};
