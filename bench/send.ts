// npm run build && npx tsx bench/send.ts: sends against a stub platform, several clients interleaved, medians of several rounds.
import { type ChildProcess, fork } from "node:child_process";
import { Agent, request } from "node:http";
import { fileURLToPath } from "node:url";

// The build, not the source: tsx preserves function names, which costs more than the functions themselves.
const { createA2AClient }: typeof import("a2a-peers") = await import(
  new URL("../dist/index.js", import.meta.url).href
);

const ROUNDS = 5;
const SECONDS_PER_ROUND = 1;
const WORKSPACE = "11111111-1111-4111-8111-111111111111";
const PEER = "22222222-2222-4222-8222-222222222222";

type Send = () => Promise<unknown>;

const body = () =>
  JSON.stringify({
    jsonrpc: "2.0",
    id: crypto.randomUUID(),
    method: "message/send",
    params: {
      message: { role: "user", messageId: crypto.randomUUID(), parts: [{ kind: "text", text: "hello" }] },
    },
  });

function overHttp(url: string): Send {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  return () =>
    new Promise((resolve, reject) => {
      const json = body();
      const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(json) };
      const outgoing = request(url, { method: "POST", agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
        response.on("error", reject);
      });
      outgoing.on("error", reject);
      outgoing.end(json);
    });
}

function overFetch(url: string): Send {
  return async () => {
    const headers = { "content-type": "application/json" };
    const response = await fetch(url, { method: "POST", headers, body: body() });
    return response.json();
  };
}

async function measure(send: Send, concurrency: number): Promise<{ perSecond: number; cpuUs: number }> {
  const end = performance.now() + SECONDS_PER_ROUND * 1000;
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  let count = 0;
  const lane = async () => {
    while (performance.now() < end) {
      await send();
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: (count * 1000) / (performance.now() - startedAt), cpuUs: (user + system) / count };
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

async function startStub(size: number): Promise<{ stub: ChildProcess; url: string }> {
  const stub = fork(fileURLToPath(new URL("./platform.ts", import.meta.url)), [String(size)], {
    execArgv: process.execArgv,
  });
  const port = await new Promise<number>((resolve) =>
    stub.once("message", (message) => resolve(Number(message))),
  );
  return { stub, url: `http://127.0.0.1:${port}` };
}

const SIZES = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [200, 65_536, 1_048_576];
for (const size of SIZES) {
  const { stub, url } = await startStub(size);
  const client = createA2AClient({ platformUrl: url, workspaceId: WORKSPACE, token: "t".repeat(43) });
  const target = `${url}/workspaces/${PEER}/a2a`;
  const clients: Record<string, Send> = {
    "a2a-peers": () => client.sendA2AMessage(PEER, "hello"),
    "node:http": overHttp(target),
    "built-in fetch": overFetch(target),
  };
  console.log(`\n${size} byte replies       sends/s   against node:http   against fetch   CPU us/send`);
  for (const concurrency of [1, 16, 256]) {
    const rates: Record<string, number[]> = {};
    const cpus: Record<string, number[]> = {};
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const [name, send] of Object.entries(clients)) {
        const { perSecond, cpuUs } = await measure(send, concurrency);
        // The first round warms up.
        if (round === 0) continue;
        rates[name] = [...(rates[name] ?? []), perSecond];
        cpus[name] = [...(cpus[name] ?? []), cpuUs];
      }
    }
    const rate = (name: string) => median(rates[name] ?? []);
    for (const name of Object.keys(clients)) {
      console.log(
        `  ${String(concurrency).padStart(3)} at a time  ${name.padEnd(15)}${rate(name).toFixed(0).padStart(7)}` +
          `${(rate(name) / rate("node:http")).toFixed(2).padStart(16)}${(rate(name) / rate("built-in fetch")).toFixed(2).padStart(18)}` +
          `${median(cpus[name] ?? [])
            .toFixed(0)
            .padStart(13)}`,
      );
    }
  }
  await client.close();
  stub.disconnect();
}
