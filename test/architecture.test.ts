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

const imports: Import[] = files.flatMap((file) => {
  const text = readFileSync(join(SRC, file), "utf8");
  const statements = text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?"([^"]+)";/gm);
  return [...statements].map(([, type, specifier = ""]) => ({
    from: file,
    to: specifier.startsWith(".") ? relative(SRC, resolve(SRC, dirname(file), specifier)) : specifier,
    typeOnly: type !== undefined,
  }));
});

/** The room a file lives in: its folder, or its own name for the few files at the top. */
const roomOf = (path: string): string => {
  const [first = ""] = path.split("/");
  return first.replace(/\.ts$/, "");
};

const LEAVES = ["errors", "events", "text", "runtime", "ids", "validate", "plain-name", "streak"];

/** Which rooms a room may use at run time. */
const MAY_USE: Record<string, string[]> = {
  errors: [],
  events: [],
  text: [],
  runtime: [],
  ids: [],
  "plain-name": ["text"],
  streak: [],
  tracing: ["runtime"],
  validate: ["errors", "text"],
  identity: [...LEAVES],
  transport: [...LEAVES, "identity"],
  options: [...LEAVES, "identity", "transport"],
  internals: [...LEAVES],
  peers: [...LEAVES, "identity", "transport"],
  messaging: [...LEAVES, "identity", "transport"],
  registration: [...LEAVES, "identity", "transport"],
  delegation: [...LEAVES, "identity", "transport"],
  rooms: [...LEAVES, "identity", "transport", "peers", "messaging", "registration", "delegation"],
  client: [
    ...LEAVES,
    "identity",
    "transport",
    "options",
    "internals",
    "tracing",
    "rooms",
    "peers",
    "messaging",
    "registration",
    "delegation",
  ],
  index: ["client", "errors", "identity", "messaging", "peers", "registration", "delegation"],
  heartbeat: [...LEAVES, "internals", "identity", "transport", "messaging", "delegation"],
  testing: [],
};

const THIRD_PARTY: Record<string, string> = {
  ofetch: "transport/http.ts",
  "lru-cache": "peers/store.ts",
  uuid: "ids.ts",
};

describe("the folders", () => {
  const inside = imports.filter(
    ({ to }) => !/^[a-z@]/.test(to) || files.includes(`${to}.ts`) || files.includes(`${to}/index.ts`),
  );

  it("are found by this test", () => {
    expect(files.length).toBeGreaterThan(40);
    expect(inside.length).toBeGreaterThan(100);
  });

  it("import only what lies below them", () => {
    const wrong = inside.filter(({ from, to, typeOnly }) => {
      const [room, used] = [roomOf(from), roomOf(to)];
      return !typeOnly && room !== used && !MAY_USE[room]?.includes(used);
    });
    expect(wrong).toEqual([]);
  });

  it("let each dependency in through one door", () => {
    const wrong = imports.filter(
      ({ from, to }) => Object.hasOwn(THIRD_PARTY, to) && THIRD_PARTY[to] !== from,
    );
    expect(wrong).toEqual([]);
  });

  it("use no other package, except the embedded platform its HTTP framework", () => {
    const packages = imports.filter(
      ({ to }) => !files.includes(`${to}.ts`) && !to.startsWith("node:") && !Object.hasOwn(THIRD_PARTY, to),
    );
    const wrong = packages.filter(
      ({ from, to }) => roomOf(from) !== "testing" || !/^(@hono\/node-server|hono(\/.*)?)$/.test(to),
    );
    expect(wrong).toEqual([]);
  });

  it("import no Node built-in statically outside the embedded platform", () => {
    const wrong = imports.filter(
      ({ from, to, typeOnly }) => to.startsWith("node:") && !typeOnly && roomOf(from) !== "testing",
    );
    expect(wrong).toEqual([]);
  });
});
