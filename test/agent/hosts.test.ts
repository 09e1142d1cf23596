import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { scratchFolder } from "../helpers/scratch-folder";
import { clientOf, platformForTest } from "./helpers/agent";

const ROOT = resolve(import.meta.dirname, "../..");

/** The blocks of a page in one language, below a heading. */
function readBlocks(page: string, heading: string, language: string): string[] {
  const [, section = ""] = readFileSync(resolve(ROOT, page), "utf8").split(`\n${heading}\n`);
  const blocks = section.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"));
  return [...blocks].map(([, code = ""]) => code);
}

const [PROGRAM = ""] = readBlocks("README.md", "## An agent", "ts");
const [EXPRESS = "", HONO = ""] = readBlocks("docs/agent.md", "### Other servers", "js");
const SERVER = /^createServer\(.*\n/m;

describe("the program of the README", () => {
  it("has ten lines", () => {
    expect(PROGRAM.trimEnd().split("\n")).toHaveLength(10);
  });

  it.each([
    ["node:http", PROGRAM],
    ["Express", PROGRAM.replace(SERVER, EXPRESS)],
    ["Hono", PROGRAM.replace(SERVER, HONO)],
  ])("answers a pushed message and a delegation on %s", async (_, program) => {
    expect(program).toContain("process.env.PORT");
    const platform = await platformForTest();
    const workspace = platform.addWorkspace({ status: "awaiting_agent" });
    const peer = platform.addWorkspace();
    const port = await freePort();
    await run(program, {
      PORT: String(port),
      AGENT_URL: `http://localhost:${port}/`,
      ...access(platform, workspace),
    });
    await vi.waitFor(() => expect(workspace.state.status).toBe("online"), { timeout: 15_000 });
    const sender = clientOf(platform, peer);
    expect((await sender.sendA2AMessage(workspace.id, "the report")).text).toBe("Summary of: the report");
    const { delegationId } = await sender.delegate(workspace.id, "the minutes");
    await vi.waitFor(async () =>
      expect((await sender.getDelegation(delegationId)).resultText).toBe("Summary of: the minutes"),
    );
  });

  it("answers a message of its inbox where there is no URL", async () => {
    const platform = await platformForTest();
    const workspace = platform.addWorkspace({ status: "awaiting_agent" });
    const peer = platform.addWorkspace({ reply: () => "thanks" });
    await run(PROGRAM, { PORT: "0", AGENT_URL: undefined, ...access(platform, workspace) });
    await vi.waitFor(() => expect(workspace.state.status).toBe("online"), { timeout: 15_000 });
    const outcome = await clientOf(platform, peer).sendA2AMessage(workspace.id, "the report");
    expect(outcome).toMatchObject({ kind: "queued", deliveryMode: "poll" });
    await vi.waitFor(
      () => expect(peer.received.map(({ text }) => text)).toEqual(["Summary of: the report"]),
      {
        timeout: 15_000,
      },
    );
  });
});

const access = ({ url }: { url: string }, { id, token }: { id: string; token: string | null }) => ({
  PLATFORM_URL: url,
  WORKSPACE_ID: id,
  MOLECULE_WORKSPACE_TOKEN: token ?? "",
});

/** Starts a program, which is killed when the test ends. */
async function run(program: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const args = ["--import", "tsx", "--input-type=module", "--eval", program];
  const CONFIGS_DIR = await scratchFolder();
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, ...env, CONFIGS_DIR, DELEGATION_RESULTS_FILE: undefined },
    stdio: ["ignore", "ignore", "inherit"],
  });
  onTestFinished(async () => {
    const ended = once(child, "close");
    child.kill("SIGKILL");
    await ended;
  });
  return child;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, "localhost"), "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
