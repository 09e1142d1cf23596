import type { A2AClient } from "a2a-peers";
import { createPeerTools } from "a2a-peers/tools";
import { describe, expect, it } from "vitest";
import { STRANGER } from "../helpers/ids";
import { callerOf, startTools } from "./helpers";

/** Tools of a client whose own workspaces are found by their ids when a call names them. */
async function startWithLookup() {
  const { platform, me, addPeer, createClient, createInbox } = await startTools();
  const workspaces = async (id: string) => (id === me.id ? { id, token: me.token } : undefined);
  const client = createClient({ workspaces });
  const poet = addPeer({ name: "Poet", reply: () => "Roses." });
  return {
    platform,
    me,
    poet,
    client,
    createInbox,
    create: (owner: A2AClient = client) => createPeerTools(owner),
  };
}

describe("the tools of a client that finds its workspaces when they are named", () => {
  it("have to be told the own workspace, and say so in their schemas", async () => {
    const { create } = await startWithLookup();
    for (const { name, inputSchema } of create()) {
      if (name === "reply_to_workspace") continue;
      const argument = name === "send_message_to_user" ? "workspace_id" : "source_workspace_id";
      expect(inputSchema.required).toContain(argument);
      expect(inputSchema.properties[argument]?.description).toBe("Own workspace to act for, as a UUID.");
    }
    const listed = await callerOf(create())("list_peers");
    expect(listed).toMatchObject({ isError: true });
    expect(listed.text).toContain("`source_workspace_id` is missing: Own workspace to act for");
  });

  it("act for the workspace that a call names", async () => {
    const { me, poet, create } = await startWithLookup();
    const call = callerOf(create());
    const named = { source_workspace_id: me.id };
    expect((await call("list_peers", named)).text).toContain("- Poet (workspace_id: ");
    expect((await call("get_workspace_info", named)).text).toContain("name: Me");
    expect((await call("delegate_task", { workspace_id: poet.id, task: "x", ...named })).text).toBe("Roses.");
    expect((await call("delegate_task", { workspace_id: "poet", task: "x", ...named })).text).toContain(
      `peer "Poet" (${poet.id})`,
    );
    expect((await call("commit_memory", { content: "Tea.", ...named })).isError).toBe(false);
    expect((await call("recall_memory", named)).text).toBe("[LOCAL] Tea.");
    expect((await call("send_message_to_user", { message: "Hi.", workspace_id: me.id })).isError).toBe(false);
    expect((await call("check_task_status", named)).isError).toBe(false);
  });

  it("refuse a workspace that is not found, and what is no id", async () => {
    const { create } = await startWithLookup();
    const call = callerOf(create());
    const unknown = await call("list_peers", { source_workspace_id: STRANGER });
    expect(unknown).toMatchObject({ isError: true });
    expect(unknown.text).toContain(STRANGER);
    const name = await call("list_peers", { source_workspace_id: "Me" });
    expect(name.text).toContain("has to be the id of an own workspace, a UUID, got 'Me'");
  });

  it("send no answer where no message was received that could tell the own workspace", async () => {
    const { platform, me, client, createInbox } = await startWithLookup();
    const inbox = await createInbox({ source: me.id }, client);
    const call = callerOf(createPeerTools(client, { inbox }));
    expect((await call("reply_to_workspace", { text: "Well." })).text).toContain(
      "You were handed no message of this sender, so nothing was sent.",
    );
    expect(platform.requests.filter(({ path }) => path.endsWith("/notify"))).toEqual([]);
  });
});
