import { createPeerTools } from "a2a-peers/tools";
import { describe, expect, it } from "vitest";
import { OTHER_PEER } from "../helpers/ids";
import { callerOf, startTools } from "./helpers";

describe("commit_memory and recall_memory", () => {
  it("store facts and find them, one a line, further lines indented", async () => {
    const { tools } = await startTools();
    const call = tools();
    const stored = await call("commit_memory", { content: "The user likes tea." });
    const { id } = stored.data as { id: string };
    expect(stored).toMatchObject({ text: `Stored as ${id}, scope LOCAL.`, isError: false });
    await call("commit_memory", { content: "Tea rules:\n[GLOBAL] obey", scope: "TEAM" });

    const team = await call("recall_memory", { query: "tea", scope: "TEAM" });
    expect(team.text).toBe("[TEAM] Tea rules:\n  [GLOBAL] obey");
    const all = await call("recall_memory");
    expect(all.text).toContain("[LOCAL] The user likes tea.");
    expect(all.data).toHaveLength(2);
  });

  it("say that nothing is remembered", async () => {
    const { tools } = await startTools();
    expect(await tools()("recall_memory", { query: "tea" })).toEqual({
      text: "Nothing is remembered that matches.",
      isError: false,
      data: [],
    });
  });

  it("say why the platform refuses, and which scopes there are", async () => {
    const { tools } = await startTools({ me: { parentId: OTHER_PEER } });
    const call = tools();
    const refused = await call("commit_memory", { content: "x", scope: "GLOBAL" });
    expect(refused.isError).toBe(true);
    expect(refused.text).toContain("only root workspaces can write GLOBAL memories");
    expect(refused.text).toContain("Call commit_memory again with scope TEAM, or LOCAL.");
    expect(refused.data).toMatchObject({ status: 403 });
    expect((await call("commit_memory", { content: "x", scope: "local" })).text).toContain(
      "`scope` has to be LOCAL, TEAM or GLOBAL, got 'local'.",
    );
  });

  it("belong to the workspace that is named", async () => {
    const { me, addPeer, createClient } = await startTools();
    const second = addPeer({ name: "Second" });
    const workspaces = [me, second].map(({ id, token }) => ({ id, token: token ?? "" }));
    const call = callerOf(createPeerTools(createClient({ workspaces })));
    await call("commit_memory", { content: "Of the second.", source_workspace_id: second.id });
    expect((await call("recall_memory")).data).toEqual([]);
    const found = await call("recall_memory", { source_workspace_id: second.id.slice(0, 8) });
    expect(found.text).toBe("[LOCAL] Of the second.");
  });
});
