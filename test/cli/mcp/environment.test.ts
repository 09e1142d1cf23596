import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startPlatform } from "a2a-peers/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { readEnvironment } from "../../../src/cli/mcp/environment";
import { scratchFolder } from "../../helpers/scratch-folder";
import { run } from "../helpers/run";

const A = "11111111-1111-4111-8111-111111111111";
const B = "22222222-2222-4222-8222-222222222222";
const TOKEN = "a-token-that-nobody-may-read";

describe("a wrong environment", () => {
  it.each<[string, Record<string, string>, string]>([
    ["no workspace", {}, "No workspace is configured: set WORKSPACE_ID and MOLECULE_WORKSPACE_TOKEN"],
    ["a name for the id", { WORKSPACE_ID: "me" }, "WORKSPACE_ID has to be the id of the workspace"],
    ["a token for the id", { MOLECULE_WORKSPACE_ID: TOKEN }, "MOLECULE_WORKSPACE_ID has to be the id"],
    ["broken JSON", { MOLECULE_WORKSPACES: `[{"id": "${A}", "token": "${TOKEN}"` }, "is not valid JSON"],
    ["no list", { MOLECULE_WORKSPACES: `{"id": "${A}"}` }, "MOLECULE_WORKSPACES has to be a JSON array"],
    ["an empty list", { MOLECULE_WORKSPACES: "[]" }, "MOLECULE_WORKSPACES has to be a JSON array"],
    [
      "a text in the list",
      { MOLECULE_WORKSPACES: `["${TOKEN}"]` },
      "entry 1 of MOLECULE_WORKSPACES has to be",
    ],
    [
      "a list without ids",
      { MOLECULE_WORKSPACES: `[{"token": "${TOKEN}"}]` },
      "entry 1 of MOLECULE_WORKSPACES",
    ],
    ["a number for a token", { MOLECULE_WORKSPACES: `[{"id": "${A}", "token": 5}]` }, "has to be text"],
    [
      "a token of two lines",
      { WORKSPACE_ID: A, MOLECULE_WORKSPACE_TOKEN: `${TOKEN}\n${TOKEN}` },
      "MOLECULE_WORKSPACE_TOKEN",
    ],
    ["a workspace twice", { MOLECULE_WORKSPACES: `[{"id": "${A}"}, {"id": "${A}"}]` }, "twice"],
    [
      "more ids than tokens",
      { MOLECULE_WORKSPACE_IDS: `${A},${B}`, MOLECULE_WORKSPACE_TOKENS: TOKEN },
      "there are 2 ids and 1 tokens",
    ],
    [
      "tokens in the place of ids",
      { MOLECULE_WORKSPACE_IDS: TOKEN, MOLECULE_WORKSPACE_TOKENS: A },
      "entry 1 of MOLECULE_WORKSPACE_IDS has no workspace id",
    ],
    ["a wait that is too long", { WORKSPACE_ID: A, MOLECULE_MCP_POLL_TIMEOUT_SECS: "61" }, "from 0 to 60"],
    ["a wait in words", { WORKSPACE_ID: A, MOLECULE_MCP_POLL_TIMEOUT_SECS: "two" }, "from 0 to 60"],
    ["a platform that is no URL", { WORKSPACE_ID: A, PLATFORM_URL: "platform" }, "PLATFORM_URL"],
  ])("ends the server with one line before it sends anything (%s)", async (_, env, line) => {
    const platform = await startPlatform();
    onTestFinished(() => platform.close());
    const { code, stdout, stderr } = await run(["mcp"], { env: { PLATFORM_URL: platform.url, ...env } });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^error: [^\n]+\n$/);
    expect(stderr).toContain(line);
    expect(stderr).not.toContain(TOKEN);
    expect(platform.requests).toEqual([]);
  });

  it("names a folder that is a file", async () => {
    const path = join(await scratchFolder(), "file");
    await writeFile(path, "");
    expect(() => readEnvironment({ WORKSPACE_ID: A, CONFIGS_DIR: path })).toThrow(`${path} is a file`);
    const below = join(path, "folder");
    expect(() => readEnvironment({ WORKSPACE_ID: A, CONFIGS_DIR: below })).toThrow(
      "CONFIGS_DIR cannot be used",
    );
  });
});

describe("the environment", () => {
  it("names one workspace, by either name", () => {
    expect(readEnvironment({ WORKSPACE_ID: ` ${A.toUpperCase()} ` })).toMatchObject({
      ids: [A],
      workspaces: undefined,
      pollTimeoutSecs: 2,
    });
    expect(readEnvironment({ MOLECULE_WORKSPACE_ID: B, WORKSPACE_ID: " " }).ids).toEqual([B]);
  });

  it("lists several as JSON, which takes the place of the one", () => {
    const json = JSON.stringify([{ id: B, token: TOKEN }, { id: A }]);
    expect(readEnvironment({ WORKSPACE_ID: A, MOLECULE_WORKSPACES: json })).toMatchObject({
      ids: [B, A],
      workspaces: [{ id: B, token: TOKEN }, { id: A }],
    });
  });

  it("lists several as a list of ids and one of tokens", () => {
    const env = { MOLECULE_WORKSPACE_IDS: `${A}, ${B}`, MOLECULE_WORKSPACE_TOKENS: "one, two" };
    expect(readEnvironment(env).workspaces).toEqual([
      { id: A, token: "one" },
      { id: B, token: "two" },
    ]);
  });

  it("describes the agent to its peers", () => {
    const { cardOf } = readEnvironment({
      WORKSPACE_ID: A,
      MOLECULE_AGENT_NAME: "Writer",
      MOLECULE_AGENT_DESCRIPTION: "Writes.",
      MOLECULE_AGENT_SKILLS: "Short texts, , translation",
    });
    expect(cardOf(A)).toEqual({
      name: "Writer",
      description: "Writes.",
      skills: [
        { id: "short-texts", name: "Short texts" },
        { id: "translation", name: "translation" },
      ],
    });
    expect(readEnvironment({ WORKSPACE_ID: A }).cardOf(A)).toEqual({ name: "molecule-mcp-11111111" });
  });

  it("is right in the README", async () => {
    const readme = await readFile(new URL("../../../README.md", import.meta.url), "utf8");
    const [, json = ""] = /```json\n(\{\n {2}"mcpServers"[^`]*)```/.exec(readme) ?? [];
    const { command, args, env } = JSON.parse(json).mcpServers.peers;
    expect([command, ...args]).toEqual(["npx", "-y", "a2a-peers", "mcp"]);
    const { ids, cardOf } = readEnvironment(env);
    expect(cardOf(String(ids[0]))).toMatchObject({ name: "Reviewer", skills: [{}, { name: "TypeScript" }] });
  });
});
