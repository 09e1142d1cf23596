import { type ClientName, type Clients, findClients, startWithClient } from "../clients";
import { interleave } from "../interleave";
import type { Program } from "../program";
import { atLeast, atMost, type Context, type Goal, type Row, type Section, type Table } from "../section";
import { median } from "../statistics";
import { type StubPlatform, startStubPlatform } from "../stub-platform";

/** What one client did in one turn. */
interface Turn {
  readonly sent: number;
  readonly ms: number;
  readonly cpuUs: number;
  /** The most memory of the process since its start. */
  readonly peakBytes: number;
  readonly platformCpuUs: number;
}

type Sender = Program<"ready", { concurrency: number; durationMs: number }, Omit<Turn, "platformCpuUs">>;

interface Case {
  readonly bytes: number;
  readonly concurrency: number;
}

/** Medians over the turns of one client; CPU of one send, in the client's process and in the platform's. */
interface Measured {
  readonly perSecond: number;
  readonly cpuUs: number;
  readonly platformCpuUs: number;
  readonly peakMiB: number;
}

type Clientele = Partial<Record<ClientName, Measured>>;

const ROUNDS = 5;
const SIZES = [
  { bytes: 200, size: "200 B" },
  { bytes: 65_536, size: "64 KiB" },
  { bytes: 1_048_576, size: "1 MiB" },
];

/** Sends and their replies against those of other clients, each in a process of its own, in short turns. */
export const send: Section = {
  name: "send",
  async run(context) {
    const clients = await findClients(context.clients);
    using platform = await startStubPlatform();
    const tables: Table[] = [];
    const goals: Goal[] = [];
    for (const { bytes, size } of SIZES) {
      const concurrencies = context.quick && bytes !== 200 ? [16] : [1, 16, 256];
      const cases = concurrencies.map((concurrency) => ({ bytes, concurrency }));
      for (const [one, measured] of await measureCases(context, clients, platform, cases)) {
        const title = `${size}, ${one.concurrency} in flight`;
        tables.push({ title, rows: toRows(measured), note: clients.note });
        goals.push(...goalsOf(one, title, measured));
      }
    }
    return { tables, goals };
  },
};

/** Measures replies of one size. All clients are started anew, so that their memory is that of this size. */
async function measureCases(
  { folder, quick }: Context,
  clients: Clients,
  platform: StubPlatform,
  cases: readonly Case[],
): Promise<[Case, Clientele][]> {
  const senders = new Map<ClientName, Sender>();
  const measured: [Case, Clientele][] = [];
  try {
    for (const name of clients.names) {
      const sender: Sender = await startWithClient("sender.mjs", name, folder, platform.url);
      senders.set(name, sender);
      // Until its code is compiled, a client is several times slower.
      await sender.ask({ concurrency: 16, durationMs: quick ? 350 : 1500 });
    }
    for (const one of cases) {
      await platform.configure({ replyBytes: one.bytes });
      const question = { concurrency: one.concurrency, durationMs: quick ? 100 : 350 };
      const variants = [...senders].map(([name, sender]) => [
        name,
        () => takeTurn(platform, sender, question),
      ]);
      const turns: Partial<Record<ClientName, Turn[]>> = await interleave<ClientName, Turn>(
        Object.fromEntries(variants),
        quick ? 2 : ROUNDS,
      );
      const summaries = Object.entries(turns).map(([name, ofClient]) => [name, summarise(ofClient)]);
      measured.push([one, Object.fromEntries(summaries)]);
    }
  } finally {
    for (const sender of senders.values()) sender[Symbol.dispose]();
  }
  return measured;
}

async function takeTurn(
  platform: StubPlatform,
  sender: Sender,
  question: { concurrency: number; durationMs: number },
): Promise<Turn> {
  const before = await platform.counts();
  const turn = await sender.ask(question);
  const after = await platform.counts();
  return { ...turn, platformCpuUs: after.cpuUs - before.cpuUs };
}

function summarise(turns: readonly Turn[]): Measured {
  return {
    perSecond: median(turns.map(({ sent, ms }) => (sent * 1000) / ms)),
    cpuUs: median(turns.map(({ cpuUs, sent }) => cpuUs / sent)),
    platformCpuUs: median(turns.map(({ platformCpuUs, sent }) => platformCpuUs / sent)),
    peakMiB: Math.max(...turns.map(({ peakBytes }) => peakBytes)) / 2 ** 20,
  };
}

function toRows(clientele: Clientele): Row[] {
  const { "node:http": http, fetch } = clientele;
  return Object.entries(clientele).map(([client, measured]) => ({
    client,
    "sends/s": measured.perSecond,
    "of node:http": measured.perSecond / (http?.perSecond ?? Number.NaN),
    "of fetch": measured.perSecond / (fetch?.perSecond ?? Number.NaN),
    "CPU µs/send": measured.cpuUs,
    "CPU of fetch": measured.cpuUs / (fetch?.cpuUs ?? Number.NaN),
    "platform's share of CPU": measured.platformCpuUs / (measured.platformCpuUs + measured.cpuUs),
    "peak MiB": measured.peakMiB,
  }));
}

/** At least these shares of the sends per second of another client, by the number in flight. */
const SPEED_GOALS: Partial<Record<ClientName, Readonly<Record<number, number>>>> = {
  "node:http": { 1: 0.95, 16: 0.95, 256: 0.85 },
  fetch: { 1: 2.2, 16: 3, 256: 3.5 },
  "@a2a-js/sdk": { 1: 2.2, 16: 2.7, 256: 3 },
  axios: { 1: 1.6, 16: 1.6, 256: 1.6 },
};
const LARGE_REPLY_GOAL = 0.9;
const CPU_GOAL = 0.3;
const MEMORY_GOAL = 0.65;

function goalsOf({ bytes, concurrency }: Case, title: string, clientele: Clientele): Goal[] {
  const { "a2a-peers": own, "node:http": http, fetch } = clientele;
  if (own === undefined || http === undefined || fetch === undefined) return [];
  if (bytes !== 200) {
    return [atLeast(`sends/s of node:http, ${title}`, own.perSecond / http.perSecond, LARGE_REPLY_GOAL)];
  }
  const speeds = Object.entries(SPEED_GOALS).flatMap(([name, limits]) => {
    const other = clientele[name as ClientName];
    if (other === undefined) return [];
    const ratio = own.perSecond / other.perSecond;
    return [atLeast(`sends/s of ${name}, ${title}`, ratio, limits[concurrency] ?? Number.NaN)];
  });
  const cpu = atMost(`CPU of fetch, ${title}`, own.cpuUs / fetch.cpuUs, CPU_GOAL);
  const memory = atMost(`peak memory of fetch, ${title}`, own.peakMiB / fetch.peakMiB, MEMORY_GOAL);
  return concurrency === 256 ? [...speeds, cpu, memory] : [...speeds, cpu];
}
