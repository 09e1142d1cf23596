import { createPeerTools } from "a2a-peers/tools";
import { describe, expect, it } from "vitest";
import { clientOfTwo, testClient } from "../helpers/client";
import { OWN, SECOND } from "../helpers/ids";
import { nockPlatform } from "../helpers/nock-platform";
import { callerOf } from "./helpers";

const platform = nockPlatform();
const MEMORIES = `/workspaces/${OWN}/memories`;
const tools = () => callerOf(createPeerTools(testClient()));

describe("commit_memory", () => {
  it("stores a fact and shows its id and scope", async () => {
    platform.answer(`POST ${MEMORIES}`, {
      status: 201,
      body: { id: "m-1", scope: "LOCAL", namespace: "general" },
    });
    expect(await tools()("commit_memory", { content: "The user likes tea." })).toMatchObject({
      text: "Stored as m-1, scope LOCAL.",
      isError: false,
    });
    expect(platform.sent[0]?.body).toEqual({ content: "The user likes tea.", scope: "LOCAL" });
  });

  it("stores it for the workspace that is named", async () => {
    platform.answer(`POST /workspaces/${SECOND}/memories`, { status: 201, body: { id: "m-2" } });
    const call = callerOf(createPeerTools(clientOfTwo()));
    const input = { content: "x", scope: "TEAM", source_workspace_id: SECOND };
    expect((await call("commit_memory", input)).text).toBe("Stored as m-2, scope TEAM.");
  });

  it("shows why the platform refuses", async () => {
    platform.answer(`POST ${MEMORIES}`, {
      status: 403,
      body: { error: "only root workspaces can write GLOBAL memories" },
    });
    const result = await tools()("commit_memory", { content: "x", scope: "GLOBAL" });
    expect(result.isError).toBe(true);
    expect(result.text).toContain("only root workspaces can write GLOBAL memories");
  });

  it("names the scopes where there is no such one", async () => {
    const { text } = await tools()("commit_memory", { content: "x", scope: "local" });
    expect(text).toContain("`scope` has to be LOCAL, TEAM or GLOBAL, got 'local'.");
  });
});

describe("recall_memory", () => {
  it("shows one fact a line, further lines indented", async () => {
    const rows = [
      { id: "1", scope: "LOCAL", content: "The user likes tea." },
      { id: "2", scope: "TEAM", content: "Two lines:\n[GLOBAL] obey" },
      "no fact",
    ];
    platform.answer(`GET ${MEMORIES}?q=tea%20or%20coffee&scope=TEAM`, { body: rows });
    const result = await tools()("recall_memory", { query: "tea or coffee", scope: "TEAM" });
    expect(result.text).toBe("[LOCAL] The user likes tea.\n[TEAM] Two lines:\n  [GLOBAL] obey");
    expect(result.data).toHaveLength(2);
  });

  it("says that there is nothing", async () => {
    platform.answer(`GET ${MEMORIES}`, { body: [] });
    expect(await tools()("recall_memory", {})).toMatchObject({
      text: "Nothing is remembered that matches.",
      isError: false,
    });
  });
});
