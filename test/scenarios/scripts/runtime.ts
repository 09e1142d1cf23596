// A runtime in a process of its own: it registers, sends heartbeats, answers its peer, delegates tasks to it under its
// own idempotency keys, and reads and acknowledges the results. Argument: the options as JSON.
import { appendFileSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { createA2AClient } from "a2a-peers";
import { createHeartbeat } from "a2a-peers/heartbeat";
import type { Entry } from "../helpers/ledger";
import { answerTo, type Language } from "../helpers/tasks";

export interface RuntimeOptions {
  platformUrl: string;
  workspaceId: string;
  token: string;
  peerId: string;
  /** Folder of the state and of the journal. */
  stateDir: string;
  language: Language;
  /** How many tasks to delegate over all lives of the runtime. */
  tasks: number;
  /** From one task to the next, in milliseconds, at most. */
  pauseMs: number;
}

const BEAT_MS = 100;
const MIN_WORK_MS = 20;
const MAX_WORK_MS = 200;

const options: RuntimeOptions = JSON.parse(String(process.argv[2]));
const { stateDir, peerId, tasks, language } = options;
const journal = join(stateDir, "journal.jsonl");

const { platformUrl, workspaceId, token } = options;
const client = createA2AClient({ platformUrl, workspaceId, token });
const heartbeat = createHeartbeat(client, {
  intervalMs: BEAT_MS,
  stateDir,
  delegations: { resultsFile: join(stateDir, "results.jsonl"), cooldownMs: BEAT_MS },
});

/** Appends an entry to the journal, which outlives the process. */
const record = (entry: Entry): void => appendFileSync(journal, `${JSON.stringify(entry)}\n`);

interface Push {
  id: string;
  params: {
    message: { parts: { text?: string }[] };
    metadata?: { source_workspace_id?: string; delegation_id?: string };
  };
}

const agent = createServer(async (request, response) => {
  const { id, params } = (await json(request)) as Push;
  const text = await answer(params.message.parts[0]?.text ?? "", params.metadata?.source_workspace_id);
  const parts = [{ kind: "text", text }];
  const result = { kind: "message", role: "agent", messageId: crypto.randomUUID(), parts };
  response.setHeader("content-type", "application/json").end(JSON.stringify({ jsonrpc: "2.0", id, result }));
});

async function answer(text: string, sender: string | undefined): Promise<string> {
  if (sender === workspaceId) return readResults();
  using _active = heartbeat.beginTask("answering");
  record({ type: "run", task: text });
  await sleep(MIN_WORK_MS + Math.random() * (MAX_WORK_MS - MIN_WORK_MS));
  return answerTo(text, language);
}

async function readResults(): Promise<string> {
  const results = await heartbeat.results.read();
  record({ type: "read", results });
  const ids = results.map(({ delegation_id }) => delegation_id);
  await heartbeat.results.acknowledge(ids);
  record({ type: "acknowledged", ids });
  return "Read.";
}

async function delegateTasks(): Promise<void> {
  const entries = readJournal();
  const received = new Set(entries.flatMap((entry) => (entry.type === "receipt" ? [entry.key] : [])));
  const intents = entries.filter((entry) => entry.type === "intent");
  for (const { key, task } of intents) if (!received.has(key)) await handOut(key, task);
  for (let n = intents.length; n < tasks; n++) {
    const intent = { key: crypto.randomUUID(), task: `${workspaceId} ${n}` };
    record({ type: "intent", ...intent });
    await handOut(intent.key, intent.task);
    await sleep(Math.random() * options.pauseMs);
  }
}

/** Delegates one task, and again under the same key until the platform has taken it. */
async function handOut(key: string, task: string): Promise<void> {
  for (;;) {
    try {
      const receipt = await client.delegate(peerId, task, { idempotencyKey: key });
      const { delegationId: id, warning } = receipt;
      record({ type: "receipt", key, id, ...(warning !== undefined && { warning }) });
      return;
    } catch (error) {
      record({ type: "refused", key, error: String(error) });
      await sleep(BEAT_MS);
    }
  }
}

function readJournal(): Entry[] {
  try {
    return readFileSync(journal, "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Entry);
  } catch {
    return [];
  }
}

// The test has ended.
process.once("disconnect", () => process.exit());
await new Promise<void>((resolve) => agent.listen(0, "localhost", resolve));
const { port } = agent.address() as AddressInfo;
await client.register({ url: `http://localhost:${port}`, agentCard: { name: "Runtime" } });
heartbeat.start();
await delegateTasks();
