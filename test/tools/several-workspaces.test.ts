import { createPeerTools } from "a2a-peers/tools";
import { describe, expect, it } from "vitest";
import { STRANGER } from "../helpers/ids";
import { callerOf, startTools } from "./helpers";

/** Tools that act for two workspaces of which the second alone reaches the peer, and have listed it. */
async function startWithSecond(token?: string) {
  const { me, addPeer, createClient } = await startTools();
  const boss = addPeer({ name: "Boss" });
  const second = addPeer({ name: "Second", parentId: boss.id });
  const poet = addPeer({ name: "Poet", parentId: boss.id, reply: () => "Roses." });
  const workspaces = [
    { id: me.id, token: token ?? me.token ?? "" },
    { id: second.id, token: second.token ?? "" },
  ];
  const call = callerOf(createPeerTools(createClient({ workspaces })));
  await call("list_peers");
  const { data } = await call("delegate_task_async", { workspace_id: poet.id, task: "x" });
  return { call, me, poet, taskId: (data as { delegationId: string }).delegationId };
}

describe("check_task_status over several workspaces", () => {
  it("finds a task whichever of them has handed it over", async () => {
    const { call, me, poet, taskId } = await startWithSecond();
    await expect
      .poll(async () => (await call("check_task_status", { task_id: taskId })).text)
      .toBe(`Task ${taskId} for Poet is completed. Its result:\nRoses.`);
    for (const input of [{}, { workspace_id: poet.id }]) {
      expect((await call("check_task_status", input)).text).toContain(
        `- task_id: ${taskId} for Poet: completed`,
      );
    }
    const ofOther = await call("check_task_status", { task_id: taskId, source_workspace_id: me.id });
    expect(ofOther).toMatchObject({ isError: true, data: { code: "reply_lost" } });
  });

  it("lists the tasks of all of them, newest first", async () => {
    const { call, me, taskId } = await startWithSecond();
    const boss = (await call("list_peers", { query: "Boss" })).data as { peers: { id: string }[] };
    const later = await call("delegate_task_async", {
      workspace_id: boss.peers[0]?.id,
      task: "y",
      source_workspace_id: me.id,
    });
    const { data } = await call("check_task_status");
    expect((data as { delegationId: string }[]).map(({ delegationId }) => delegationId)).toEqual([
      (later.data as { delegationId: string }).delegationId,
      taskId,
    ]);
  });

  it("shows what one workspace has when another one cannot be asked, and says so", async () => {
    const { call, taskId } = await startWithSecond("wrong");
    const listed = await call("check_task_status");
    expect(listed.isError).toBe(false);
    expect(listed.text).toContain(taskId);
    expect(listed.text).toContain("The list may be incomplete.");
    expect((await call("check_task_status", { task_id: taskId })).isError).toBe(false);
    expect((await call("check_task_status", { task_id: STRANGER })).data).toMatchObject({
      code: "unauthorized",
    });
  });
});
