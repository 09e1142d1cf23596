import { randomUUID } from "node:crypto";
import type { A2AClient, A2AClientOptions } from "a2a-peers";
import { seeded } from "../../test/helpers/seeded";
import { createJudge } from "./judge";
import { listen } from "./listen";
import { mutate } from "./mutate";
import { randomNumber, randomText } from "./random-input";
import type { Context, Row, Section } from "./section";

const SEED = 20_260_424;
const LANES = 64;
const SECRET = "secret-of-this-run-0123456789";

const REPLIES = [
  { kind: "message", role: "agent", messageId: "m", parts: [{ kind: "text", text: "hello" }] },
  {
    kind: "task",
    id: "t",
    contextId: "c",
    status: { state: "completed", message: { role: "agent", parts: [{ kind: "text", text: "done" }] } },
    artifacts: [
      {
        artifactId: "a",
        parts: [
          { kind: "data", data: { n: 1.5 } },
          { kind: "file", file: { uri: "x" } },
        ],
      },
    ],
  },
  { kind: "task", id: "t", contextId: "c", status: { state: "input-required" } },
].map((result) => JSON.stringify({ jsonrpc: "2.0", id: "1", result }));
const ERROR = JSON.stringify({
  jsonrpc: "2.0",
  id: "1",
  error: { code: -32603, message: "no", data: { a: [1] } },
});
const QUEUED = JSON.stringify({ queued: true, queue_id: "q", queue_depth: 3, message: "queued" });
// Not 429, after which no more is sent; the waits that it asks for have a row of their own.
const STATUSES = [200, 200, 200, 200, 200, 200, 202, 400, 403, 404, 500, 502, 503, 504];

/** Random responses and arguments, the same in every run. */
export const fuzz: Section = {
  name: "fuzz",
  async *run(context) {
    const count = context.short ? 2000 : 20_000;
    yield await mutatedReplies(context, count);
    yield await randomArguments(context, count / 8);
    yield await randomOptions(context, count / 4);
    yield await randomWaits(context, count / 8);
  },
};

async function mutatedReplies({ library }: Context, count: number): Promise<Row> {
  const state = { replies: 0 };
  await using server = await listen((request, response) => {
    request.resume();
    if (request.method !== "POST") {
      // The record of the own workspace, with which the client checks some refusals.
      response.writeHead(404).end();
      return;
    }
    state.replies += 1;
    // The same replies in every run, whoever gets them.
    const random = seeded(SEED + state.replies);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    const text = pick([...REPLIES, ...REPLIES, ERROR, QUEUED]);
    const headers = random() < 0.9 ? { "content-type": "application/json" } : {};
    response.writeHead(pick(STATUSES), headers).end(mutate(text, random));
  });
  await using client = createClient(library, server.url, { recoveryGate: false });
  const judge = createJudge(library, SECRET);
  await inLanes(count, () => client.sendA2AMessage(randomUUID(), "hello").then(judge.outcome, judge.error));
  if (({} as { polluted?: unknown }).polluted !== undefined) judge.findings.add("a prototype was changed");
  if (state.replies !== count) judge.findings.add(`${state.replies} requests for ${count} sends`);
  return judge.toRow(`${count} mutated replies`, SEED);
}

/** Random ids, messages and options of a call: nothing of it leaves unless it is valid. */
async function randomArguments({ library }: Context, count: number): Promise<Row> {
  const random = seeded(SEED + 1);
  const unexpected = new Set<string>();
  await using server = await listen((request, response) => {
    request.resume();
    if (!/^\/(workspaces|registry)\/[^/?#\s]+\/(a2a|peers)$|^\/workspaces\/[^/]+$/.test(request.url ?? "")) {
      unexpected.add(`requested ${request.url}`);
    }
    response.setHeader("content-type", "application/json").end(REPLIES[0]);
  });
  await using client = createClient(library, server.url);
  const judge = createJudge(library, SECRET);
  await inLanes(count, async () => {
    const options = {
      timeoutMs: randomNumber(random),
      messageId: randomText(random),
      contextId: randomText(random),
    };
    const id = random() < 0.5 ? randomUUID() : randomText(random);
    try {
      await client.sendA2AMessage(id, randomText(random), random() < 0.5 ? {} : options);
      judge.outcome();
    } catch (error) {
      judge.error(error);
    }
  });
  for (const each of unexpected) judge.findings.add(each);
  return judge.toRow(`${count} random ids, texts and call options`, SEED);
}

/** Random tokens, ids, URLs and numbers of the options, which are checked at creation. */
async function randomOptions({ library }: Context, count: number): Promise<Row> {
  const random = seeded(SEED + 2);
  const judge = createJudge(library, SECRET);
  for (let n = 0; n < count; n += 1) {
    const text = randomText(random);
    const number = randomNumber(random);
    const options: A2AClientOptions = [
      { token: `${SECRET}${text}` },
      { workspaceId: text },
      { platformUrl: random() < 0.5 ? text : `http://127.0.0.1:${text}` },
      { orgId: text },
      { origin: text },
      { timeouts: { sendMs: number } },
      { retry: { baseDelayMs: number, budgetMs: randomNumber(random) } },
      { limits: { responseBytes: number } },
    ][n % 8] as A2AClientOptions;
    try {
      const client = library.main.createA2AClient({
        platformUrl: "http://127.0.0.1:1",
        workspaceId: randomUUID(),
        token: SECRET,
        ...options,
      });
      await client.close();
      judge.outcome();
    } catch (error) {
      judge.error(error);
    }
  }
  return judge.toRow(`${count} random tokens, headers, URLs, timers`, SEED);
}

/** Random `Retry-After` headers: none may become a repeat without a wait. */
async function randomWaits({ library }: Context, count: number): Promise<Row> {
  const random = seeded(SEED + 3);
  const state = { requests: 0 };
  await using server = await listen((request, response) => {
    request.resume();
    state.requests += 1;
    const wait = random() < 0.5 ? String(randomNumber(random)) : randomText(random).replace(/[^ -~]/g, "");
    response.writeHead(429, { "retry-after": wait }).end('{"error":"rate limit exceeded"}');
  });
  const judge = createJudge(library, SECRET);
  await inLanes(count, async () => {
    // Each has a platform of its own: what one response says about the rate limit holds for all clients of its platform.
    const url = `${server.url}/${randomUUID()}`;
    await using client = createClient(library, url, { maxAttempts: 2, budgetMs: 50 });
    await client.sendA2AMessage(randomUUID(), "hello").then(judge.outcome, judge.error);
  });
  if (state.requests > 2 * count) judge.findings.add(`${state.requests} requests for ${count} sends`);
  return judge.toRow(`${count} random Retry-After headers`, SEED);
}

function createClient(
  library: Context["library"],
  platformUrl: string,
  retry: A2AClientOptions["retry"] = {},
): A2AClient {
  const once = { maxAttempts: 1, baseDelayMs: 1, maxDelayMs: 1, jitter: 0, budgetMs: 10_000 };
  return library.main.createA2AClient({
    platformUrl,
    workspaceId: randomUUID(),
    token: SECRET,
    retry: { ...once, ...retry },
  });
}

async function inLanes(count: number, run: () => Promise<unknown>): Promise<void> {
  let left = count;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      await run();
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}
