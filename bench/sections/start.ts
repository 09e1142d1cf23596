import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type ClientName, findClients, startWithClient } from "../clients";
import { interleave } from "../interleave";
import { startProgram } from "../program";
import { atMost, type Context, type Result, type Section } from "../section";
import { median } from "../statistics";
import { startStubPlatform } from "../stub-platform";

/** Of the process, from before the import. */
interface Start {
  readonly importMs: number;
  readonly importCpuMs: number;
  readonly ms: number;
  readonly cpuMs: number;
}

const IMPORT_GOAL_MS = 50;
const OWN = "a2a-peers";

/** A fresh process: the import of the package, and the first message. */
export const start: Section = {
  name: "start",
  async run(context) {
    const rounds = context.quick ? 3 : 15;
    const imports = await measureImports(context, rounds);
    const messages = await measureFirstMessages(context, rounds);
    return { tables: [...imports.tables, ...messages.tables], goals: [...imports.goals, ...messages.goals] };
  },
};

async function measureImports({ folder }: Context, rounds: number): Promise<Result> {
  const fields: { main: string; module: string } = JSON.parse(
    await readFile(resolve(folder, "package.json"), "utf8"),
  );
  const entry = (file: string) => pathToFileURL(resolve(folder, file)).href;
  const modules = {
    [OWN]: entry(fields.module),
    "a2a-peers, CommonJS": entry(fields.main),
    "ofetch, lru-cache and uuid": "ofetch,lru-cache,uuid",
    "@a2a-js/sdk/client": "@a2a-js/sdk/client",
    "node:http": "node:http",
  };
  const variants = Object.entries(modules).map(([name, specifiers]) => [
    name,
    async () => {
      using program = await startProgram<Start, object, never>("start.mjs", [specifiers]);
      return program.ready;
    },
  ]);
  const turns: Record<string, Start[]> = await interleave(Object.fromEntries(variants), rounds);
  const rows = Object.entries(turns).map(([name, starts]) => ({
    import: name,
    "CPU ms": median(starts.map(({ importCpuMs }) => importCpuMs)),
    ms: median(starts.map(({ importMs }) => importMs)),
  }));
  const cpuMs = rows.find((row) => row.import === OWN)?.["CPU ms"] ?? Number.NaN;
  return {
    tables: [{ title: "Import in a fresh process", rows }],
    goals: [atMost("CPU of the import of the main entry", cpuMs, IMPORT_GOAL_MS, "ms")],
  };
}

async function measureFirstMessages({ folder, clients: chosen }: Context, rounds: number): Promise<Result> {
  const clients = await findClients(chosen);
  using platform = await startStubPlatform();
  const variants = clients.names.map((name) => [
    name,
    async () => {
      using program = await startWithClient<Start, object, never>("start.mjs", name, folder, platform.url);
      return program.ready;
    },
  ]);
  const turns: Partial<Record<ClientName, Start[]>> = await interleave(Object.fromEntries(variants), rounds);
  const rows = Object.entries(turns).map(([client, starts]) => ({
    client,
    "CPU ms": median(starts.map(({ cpuMs }) => cpuMs)),
    ms: median(starts.map(({ ms }) => ms)),
  }));
  const of = (name: ClientName) => rows.find(({ client }) => client === name)?.["CPU ms"] ?? Number.NaN;
  return {
    tables: [{ title: "Import and first message in a fresh process", rows, note: clients.note }],
    goals: [atMost("CPU of import and first message, of @a2a-js/sdk", of(OWN) / of("@a2a-js/sdk"), 1)],
  };
}
