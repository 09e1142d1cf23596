import { readdirSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { OTHER_RESULT } from "./run-example";

const EXAMPLES = resolve(import.meta.dirname, "../../examples");
const POEM = "Roses are red, sockets are blue.";

/** What each example prints, a line each. */
const PRINTED: Record<string, readonly (string | RegExp)[]> = {
  "first-message": ["Greeter: I greet. You said: “Hello! What can you do?”"],
  "agent-express": ["Summary of: the report"],
  "agent-hono": ["Summary of: the report"],
  "agent-polling": ["Ada asks: queued", "Filed for a peer: RFC 1", "Filed for you: RFC 2"],
  "ai-sdk": ["called list_peers", "called delegate_task", `The poet says: ${POEM}`],
  delegating: ["Writer wrote: One page on RFC 1: it is short."],
  gateway: ["100 peers of Agent 1 are online", "Agent 100 has read: Good morning", "100 answers, one each"],
  inbox: ["A peer said: What is filed under 1969?", "You said: Good work."],
  langchain: ["called list_peers", "called delegate_task", `The poet says: ${POEM}`],
  "mcp-host": [/^list_peers, .*delegate_task, .*inbox_pop$/, POEM],
  runtime: ["Good morning. Which RFC?", "RFC 1 is mine.", "result completed: Filed under 1969."],
  "testing-your-agent": [/^ok - /, /^ok - /, /^ok - /, /^ok - /],
  trace: [
    "Roses are red: spring",
    /^Reader: SendMessage to Editor, \d+ ms, reply$/,
    /^ {2}Editor: works on SendMessage, \d+ ms, TASK_STATE_COMPLETED$/,
    /^ {4}Editor: SendMessage to Poet, \d+ ms, reply$/,
    "        attempt 1 failed: network",
    /^ {6}Poet: works on SendMessage, \d+ ms, TASK_STATE_COMPLETED$/,
  ],
  tools: [/Poet \(workspace_id: /, /Roses are red/, /DELEGATION FAILED to 'the poet'/, /shown to the user/],
};

/** Bun runs this one: `npm run matrix`. */
const ON_BUN = "agent-bun";

describe("the examples", { timeout: 60_000 }, () => {
  let folder: string;
  let temporary: string;
  let otherResults: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "a2a-peers-example-"));
    temporary = join(folder, "temporary");
    otherResults = join(folder, "delegation_results.jsonl");
    await mkdir(temporary);
    await writeFile(otherResults, OTHER_RESULT);
    vi.stubEnv("TMPDIR", temporary);
    vi.stubEnv("DELEGATION_RESULTS_FILE", otherResults);
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });

  it("are all listed here and in the documentation", async () => {
    const files = readdirSync(EXAMPLES).filter((file) => file.endsWith(".ts"));
    expect(files.sort()).toEqual([...Object.keys(PRINTED), ON_BUN].map((name) => `${name}.ts`).sort());

    const page = await readFile(resolve(EXAMPLES, "../docs/examples.md"), "utf8");
    expect(files.filter((file) => !page.includes(`examples/${file}`))).toEqual([]);
  });

  it.each(Object.keys(PRINTED))("%s prints what it is to show, and leaves no file", async (name) => {
    const lines: string[] = [];
    const log = vi.spyOn(console, "log").mockImplementation((...words) => void lines.push(words.join(" ")));
    try {
      await import(join(EXAMPLES, `${name}.ts`));
    } finally {
      log.mockRestore();
    }

    const expected = PRINTED[name] ?? [];
    expect(lines).toEqual(
      expected.map((line) => (typeof line === "string" ? line : expect.stringMatching(line))),
    );
    expect((await readdir(temporary)).filter((file) => !file.startsWith("tsx-"))).toEqual([]);
    expect(await readFile(otherResults, "utf8")).toBe(OTHER_RESULT);
  });
});
