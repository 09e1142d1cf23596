import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const SRC = resolve(import.meta.dirname, "../src");

interface Import {
  from: string;
  to: string;
  typeOnly: boolean;
}

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
const known = new Set(files);

/** The source file a relative import names, or the name of a package. */
function target(from: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  const path = relative(SRC, resolve(SRC, dirname(from), specifier));
  return known.has(`${path}.ts`) ? `${path}.ts` : join(path, "index.ts");
}

const imports: Import[] = files.flatMap((file) => {
  const text = readFileSync(join(SRC, file), "utf8");
  const statements = text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?"([^"]+)";/gm);
  return [...statements].map(([, type, specifier = ""]) => ({
    from: file,
    to: target(file, specifier),
    typeOnly: type !== undefined,
  }));
});

const inside = imports.filter(({ to }) => known.has(to));
const packages = imports.filter(
  ({ to }) => !known.has(to) && !to.startsWith("node:") && to !== join("../package.json", "index.ts"),
);

/** The top-level folder of a file, or the name of a file that lies at the top. */
const layerOf = (path: string): string => path.split("/")[0]?.replace(/\.ts$/, "") ?? "";

/** What any layer may use. */
const BASE = ["errors", "events", "text", "runtime", "validation"];
const DOMAINS = [
  "peers",
  "messaging",
  "delegation",
  "registration",
  "tasks",
  "conversation",
  "requests",
  "notify",
];

/** Which layers a layer may import, types included. A layer that is not named here fails. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  errors: [],
  text: [],
  runtime: [],
  events: ["errors", "runtime"],
  logging: ["errors", "events", "text"],
  otel: [...BASE],
  validation: ["errors", "text", "runtime"],
  storage: ["text", "runtime", "validation"],
  identity: [...BASE, "storage"],
  "event-stream": [...BASE, "identity", "transport"],
  transport: [...BASE, "identity"],
  peers: [...BASE, "identity", "transport"],
  messaging: [...BASE, "identity", "transport"],
  delegation: [...BASE, "identity", "transport", "event-stream", "messaging"],
  registration: [...BASE, "identity", "transport", "storage"],
  tasks: [...BASE, "identity", "transport", "messaging"],
  conversation: [...BASE, "identity", "messaging"],
  requests: [...BASE, "identity", "transport"],
  notify: [...BASE, "transport", "storage"],
  client: [...BASE, "identity", "transport", "storage", "event-stream", ...DOMAINS],
  results: [...BASE, "identity", "transport", "storage", "event-stream", "delegation", "notify", "client"],
  heartbeat: [...BASE, "identity", "transport", "storage", "client", "results"],
  inbox: [...BASE, "identity", "transport", "storage", "peers", "messaging", "client", "event-stream"],
  agent: [...BASE, "identity", "messaging", "registration", "client", "heartbeat", "inbox"],
  tools: [...BASE, "peers", "messaging", "delegation", "client", "heartbeat", "inbox"],
  index: [...BASE, "identity", "transport", ...DOMAINS, "client"],
  testing: ["runtime"],
  conformance: ["index", "testing"],
  cli: ["index", "agent", "heartbeat", "inbox", "logging", "testing", "tools", "conformance"],
};

/** Each third-party package enters through one file. */
const DOORS: Record<string, string> = {
  ofetch: "transport/http/ofetch-transport.ts",
  "lru-cache": "peers/lru.ts",
  uuid: "runtime/ids.ts",
  "@opentelemetry/api": "otel/api.ts",
  "eventsource-parser": "event-stream/parse-events.ts",
};

describe("the source folders", () => {
  it("are read by this test", () => {
    expect(files.length).toBeGreaterThan(40);
    expect(inside.length).toBeGreaterThan(100);
  });

  it("import only the layers below them, types included", () => {
    const wrong = inside.filter(({ from, to }) => {
      const [layer, used] = [layerOf(from), layerOf(to)];
      return layer !== used && !MAY_IMPORT[layer]?.includes(used);
    });
    expect(wrong).toEqual([]);
  });

  it("have no circle of imports, types included", () => {
    expect(findCircles()).toEqual([]);
  });

  it("let each third-party package in through one file", () => {
    const wrong = packages.filter(({ from, to }) => Object.hasOwn(DOORS, to) && DOORS[to] !== from);
    expect(wrong).toEqual([]);
  });

  it("use no other package, except the embedded platform its HTTP framework and the command what it is built on", () => {
    const wrong = packages.filter(
      ({ from, to }) =>
        !Object.hasOwn(DOORS, to) &&
        !(layerOf(from) === "testing" && /^(@hono\/node-server|hono(\/.*)?)$/.test(to)) &&
        !(
          layerOf(from) === "cli" &&
          /^(commander|cli-table3|picocolors|yocto-spinner|@modelcontextprotocol\/server(\/stdio)?)$/.test(to)
        ) &&
        !(["conformance", "cli"].includes(layerOf(from)) && /^a2a-peers(\/.*)?$/.test(to)),
    );
    expect(wrong).toEqual([]);
  });

  it("import no Node built-in statically outside the embedded platform, the conformance suite and the command", () => {
    const wrong = imports.filter(
      ({ from, to, typeOnly }) =>
        to.startsWith("node:") && !typeOnly && !["testing", "conformance", "cli"].includes(layerOf(from)),
    );
    expect(wrong).toEqual([]);
  });
});

describe("the picture of the layers", () => {
  const page = readFileSync(resolve(SRC, "../docs/architecture.md"), "utf8");
  /** The lines within the frames, from the top downward. */
  const lines = [...page.matchAll(/│ {2}([a-z][a-z -]*?) *│$/gm)].map(([, line = ""]) => line.split(/ {2,}/));

  it("shows every folder once, and no other", () => {
    const layers = new Set(files.map(layerOf));
    expect(lines.length).toBeGreaterThan(8);
    expect(lines.flat().toSorted()).toEqual([...layers].toSorted());
  });

  it("shows every layer above all that it may import", () => {
    const lineOf = new Map(lines.flatMap((line, index) => line.map((layer) => [layer, index] as const)));
    const wrong = Object.entries(MAY_IMPORT).flatMap(([layer, used]) =>
      used
        .filter((each) => (lineOf.get(each) ?? -1) <= (lineOf.get(layer) ?? -1))
        .map((each) => [layer, each]),
    );
    expect(wrong).toEqual([]);
  });

  it("is explained in the table below it", () => {
    const explained = [...page.matchAll(/^\| ((?:`[\w-]+`(?:, )?)+) \|/gm)].flatMap(
      ([, names = ""]) => names.match(/[\w-]+/g) ?? [],
    );
    expect(explained.toSorted()).toEqual(lines.flat().toSorted());
  });
});

/** Every circle that a depth-first walk over the imports closes, as the files on it. */
function findCircles(): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, to } of inside) next.set(from, [...(next.get(from) ?? []), to]);
  const circles: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];
  function walk(file: string): void {
    const at = path.indexOf(file);
    if (at !== -1) circles.push([...path.slice(at), file]);
    if (at !== -1 || done.has(file)) return;
    path.push(file);
    for (const to of next.get(file) ?? []) walk(to);
    path.pop();
    done.add(file);
  }
  for (const file of files) walk(file);
  return circles;
}
