import { createHeartbeat } from "a2a-peers/heartbeat";
import { agentFault, type NewWorkspace, script, task } from "a2a-peers/testing";
import { createPeerTools } from "a2a-peers/tools";
import { describe, expect, it } from "vitest";
import { OTHER_PEER, STRANGER } from "../helpers/ids";
import { callerOf, startTools } from "./helpers";

/** Delegates one task to a peer that was added so, after the peers were listed. */
async function delegateTo(peer: NewWorkspace, input: object = {}) {
  const { addPeer, tools } = await startTools();
  const { id } = addPeer({ name: "Poet", ...peer });
  const call = tools();
  await call("list_peers");
  const delegate = (more: object = {}) =>
    call("delegate_task", { workspace_id: id, task: "A line.", ...input, ...more });
  return { id, call, delegate, result: await delegate() };
}

describe("delegate_task", () => {
  it("brings the answer of the peer, and its outcome for programs", async () => {
    const { result } = await delegateTo({ reply: ({ text }) => `You said: ${text}` });
    expect(result).toMatchObject({ text: "You said: A line.", isError: false, data: { kind: "reply" } });
  });

  it("shows a question of the peer with the call that answers it, and goes on with that", async () => {
    const reply = script([task("input-required", "Which city?"), task("completed", "Sunny.")]);
    const { id, result, delegate } = await delegateTo({ reply });
    expect(result).toMatchObject({ isError: false, data: { kind: "input-required", taskId: "task-1" } });
    expect(result.text).toContain("It says: Which city? [taskId=task-1 contextId=task-1-context]");
    expect(result.text).toContain(
      `To answer, call delegate_task with workspace_id ${id}, this taskId as task_id, this contextId as context_id`,
    );
    const answered = await delegate({ task: "Rome", task_id: "task-1", context_id: "task-1-context" });
    expect(answered.text).toBe("Sunny.");
  });

  it("shows an unfinished task with the call that follows it", async () => {
    const { id, call, result } = await delegateTo({ reply: script([task("working", "Half done")]) });
    expect(result.text).toContain(
      `call check_task_status with workspace_id ${id} and this taskId as task_id`,
    );
    const status = await call("check_task_status", { workspace_id: id, task_id: "task-1" });
    expect(status).toMatchObject({ isError: false, data: { kind: "working" } });
  });

  it("names no ids that an unfinished task does not have", async () => {
    const unnamed = { kind: "task", status: { state: "working" } };
    const { result } = await delegateTo({ reply: () => unnamed });
    expect(result.text).toContain("The peer has named no id to ask with");
    expect(result.text).not.toContain("task_id");
  });

  it.each([
    [-32004, "is being worked on", "Call check_task_status with workspace_id"],
    [-32001, "no such task", "Call delegate_task again without task_id"],
  ])("says after the refusal %i of a message for a task what became of it", async (code, message, step) => {
    const reply = () => ({ jsonrpc: "2.0", id: 1, error: { code, message } });
    const { result, delegate } = await delegateTo({ reply });
    expect(result.text).not.toContain("The peer has not taken the message");
    const refused = await delegate({ task_id: "task-1" });
    expect(refused).toMatchObject({ isError: true, data: { rpcCode: code } });
    expect(refused.text).toMatch(
      /^DELEGATION FAILED to Poet: \[A2A_ERROR\] .*\nThe peer has not taken the message/,
    );
    expect(refused.text).toContain(step);
    expect(refused.text).not.toContain("would run it again");
  });

  it.each<[string, NewWorkspace, string[]]>([
    ["asks for access", { reply: script([task("auth-required", "Log in.")]) }, ["Tell the user what access"]],
    [
      "fails",
      { reply: script([task("failed", "Out of ink.")]) },
      ["DELEGATION FAILED to Poet", "Out of ink.", "(1) ask another peer"],
    ],
    ["is paused", { status: "paused" }, ["status paused", "The message did not reach the peer."]],
  ])("says what to do when the peer %s", async (_what, peer, texts) => {
    const { result } = await delegateTo(peer);
    for (const text of texts) expect(result.text).toContain(text);
  });

  it("says of a busy peer that it may have the task", async () => {
    const { result } = await delegateTo({ reply: script([agentFault("busy")], { repeatLast: true }) });
    expect(result.isError || result.text.includes("is busy")).toBe(true);
    expect(result.text).toMatch(/do not send it again|sending it again may run the task twice/);
  });

  it("says of a queued task that the answer does not come back, and of a polling peer where it comes", async () => {
    const { platform, addPeer, tools } = await startTools();
    const poller = addPeer({ name: "Poller", deliveryMode: "poll" });
    const call = tools();
    await call("list_peers");
    const polled = await call("delegate_task", { workspace_id: poller.id, task: "x" });
    expect(polled).toMatchObject({ isError: false, data: { kind: "queued" } });
    expect(polled.text).toContain("stored for Poller, which fetches its messages itself");
    expect(polled.text).toContain("You have no tool that receives the answer");
    const body = { queued: true, queue_id: "q", queue_depth: 1, message: "queued" };
    platform.fail("POST /workspaces/:id/a2a", { status: 202, body }, { times: 1 });
    const busy = await call("delegate_task", { workspace_id: addPeer({ name: "Poet" }).id, task: "x" });
    expect(busy.text).toContain("ask the peer later what became of the task");
  });

  it("says of a peer that was removed or may not be talked to that another one is to be asked", async () => {
    const { addPeer, tools } = await startTools();
    const gone = addPeer({ name: "Gone", status: "removed" });
    const hidden = addPeer({ name: "Hidden", parentId: OTHER_PEER });
    const call = tools();
    for (const [id, reason] of [
      [gone.id, "was removed"],
      [hidden.id, "may not talk to"],
      [STRANGER, "may not talk to"],
    ]) {
      const result = await call("delegate_task", { workspace_id: id, task: "x" });
      expect(result.isError).toBe(true);
      expect(result.text).toContain(reason);
      expect(result.text).toContain("(1) ask another peer");
    }
  });

  it.each(["poet", "The Poet", "poe"])(
    "suggests the peer that a name means, also before any list: %s",
    async (name) => {
      const { platform, addPeer, tools, createInbox } = await startTools();
      const poet = addPeer({ name: "Poet" });
      for (const options of [{}, { inbox: await createInbox() }]) {
        const result = await tools(options)("delegate_task", { workspace_id: name, task: "A line." });
        expect(result).toMatchObject({ isError: true, data: { code: "invalid_argument" } });
        expect(result.text).toContain(`known under this name: peer "Poet" (${poet.id})`);
      }
      expect(platform.requests.some(({ method }) => method === "POST")).toBe(false);
    },
  );

  it("refuses the own workspace as a peer, and a peer as the own workspace", async () => {
    const { me, addPeer, tools } = await startTools();
    const poet = addPeer({ name: "Poet" });
    const call = tools();
    const own = await call("delegate_task", { workspace_id: me.id.toUpperCase(), task: "x" });
    expect(own.text).toContain("is this agent's own workspace");
    const wrong = await call("delegate_task", {
      workspace_id: poet.id,
      task: "x",
      source_workspace_id: poet.id,
    });
    expect(wrong.text).toContain(`has to be an own workspace (${me.id}), not a peer`);
  });

  it("refuses a task that is larger than the platform takes", async () => {
    const { result } = await delegateTo({}, { task: "é".repeat(600_000) });
    expect(result).toMatchObject({ isError: true, data: { code: "too_large" } });
    expect(result.text).toContain("Correct the arguments and call the tool again.");
  });

  it("is the one call that a heartbeat reports as a task", async () => {
    const { client, addPeer, tools } = await startTools();
    const heartbeat = createHeartbeat(client);
    const begun: string[] = [];
    const counted = {
      ...heartbeat,
      beginTask: (name: string) => {
        begun.push(name);
        return { end: () => void begun.push("end"), [Symbol.dispose]: () => {} };
      },
    };
    const call = tools({ heartbeat: counted });
    const poet = addPeer({ name: "Poet", reply: () => "x" });
    await call("list_peers");
    expect(begun).toEqual([]);
    await call("delegate_task", { workspace_id: poet.id, task: "x" });
    expect(begun).toEqual(["Waiting for Poet", "end"]);
  });

  it("is cancelled by its signal, also before it begins", async () => {
    const { platform, addPeer, tools } = await startTools();
    const poet = addPeer({ name: "Poet", reply: () => new Promise(() => {}) });
    const controller = new AbortController();
    const running = tools()("delegate_task", { workspace_id: poet.id, task: "x" }, controller);
    await platform.waitForRequest("POST /workspaces/:id/a2a");
    controller.abort();
    expect((await running).text).toContain("The peer may still be working on the task");
    const early = await tools()("delegate_task", { workspace_id: poet.id, task: "x" }, controller);
    expect(early.text).toBe("[A2A_ERROR] The call was cancelled before it began. Nothing was done.");
  });
});

describe("delegate_task_async and check_task_status", () => {
  it("hand a task over and show its whole result", async () => {
    const { platform, addPeer, tools } = await startTools();
    const poet = addPeer({ name: "Poet", reply: () => `Long: ${"verse ".repeat(200)}` });
    const call = tools();
    await call("list_peers");
    const input = { workspace_id: poet.id, task: "A line.", idempotency_key: "line-1" };
    const receipt = await call("delegate_task_async", input);
    const { delegationId } = receipt.data as { delegationId: string };
    expect(receipt.text).toBe(
      `The task is delegated to Poet. Call check_task_status with task_id ${delegationId} for its result; do not delegate it again.`,
    );
    platform.finishDelegation(delegationId, { text: `Long: ${"verse ".repeat(200)}` });
    const status = await call("check_task_status", { task_id: delegationId });
    expect(status).toMatchObject({ isError: false, data: { status: "completed" } });
    expect(status.text).toContain("verse ".repeat(199));
    expect((await call("delegate_task_async", input)).text).toContain("and is not run again");
    const list = await call("check_task_status", { workspace_id: "Poet" });
    expect(list.text).toContain(`- task_id: ${delegationId} for Poet: completed; Long: verse`);
    expect((await call("check_task_status", { workspace_id: STRANGER })).text).toContain("for this peer");
  });

  it("say what is wrong with an id", async () => {
    const { tools } = await startTools();
    const call = tools();
    expect((await call("check_task_status", { task_id: "task-1" })).text).toContain("has to be the UUID");
    const unknown = await call("check_task_status", { task_id: STRANGER });
    expect(unknown).toMatchObject({ isError: true, data: { code: "reply_lost" } });
    expect(unknown.text).toContain("without task_id for the recent tasks");
    const named = await call("delegate_task_async", { workspace_id: "nobody", task: "x" });
    expect(named.text).toContain("Use the id of a peer");
  });

  it("give the key with which a call is repeated that the platform may have taken", async () => {
    const { platform, addPeer, tools } = await startTools({ client: { retry: { maxAttempts: 1 } } });
    const poet = addPeer({ name: "Poet" });
    platform.fail("POST /workspaces/:id/delegate", { status: 500, body: { error: "no" } });
    const result = await tools()("delegate_task_async", { workspace_id: poet.id, task: "x" });
    const { messageId } = result.data as { messageId: string };
    expect(result.text).toContain(
      `(2) if it has not, call delegate_task_async again with idempotency_key ${messageId}.`,
    );
  });
});

describe("a client of two workspaces", () => {
  async function startTwo() {
    const started = await startTools();
    const { me, addPeer, createClient } = started;
    const second = addPeer({ name: "Second", parentId: OTHER_PEER });
    const client = createClient({
      workspaceId: undefined,
      token: undefined,
      workspaces: [me, second].map(({ id, token }) => ({ id, token: token ?? "" })),
    });
    return { ...started, second, call: callerOf(createPeerTools(client)) };
  }

  it("shows with each peer the workspace that reaches it, and delegates by that", async () => {
    const { platform, me, second, addPeer, call } = await startTwo();
    const poet = addPeer({ name: "Poet", reply: ({ from }) => `for ${from}` });
    const sister = addPeer({ name: "Sister", parentId: OTHER_PEER, reply: ({ from }) => `for ${from}` });
    const { text } = await call("list_peers");
    expect(text).toContain(`(workspace_id: ${poet.id}; status: online; via: ${me.id.slice(0, 8)})`);
    expect(text).toContain(`(workspace_id: ${sister.id}; status: online; via: ${second.id.slice(0, 8)})`);
    for (const [peer, own] of [
      [poet, me],
      [sister, second],
    ] as const) {
      const result = await call("delegate_task", { workspace_id: peer.id, task: "x" });
      expect(result.text).toBe(`for ${own.id}`);
    }
    platform.resetRequests();
    await call("list_peers", { source_workspace_id: second.id.slice(0, 8) });
    expect(platform.requests.map(({ path }) => path)).toEqual([`/registry/${second.id}/peers`]);
  });

  it("shows both ids, and the peers of one where the other is refused", async () => {
    const { me, second, addPeer, call } = await startTwo();
    addPeer({ name: "Poet" });
    expect((await call("get_workspace_info")).text).toContain(`other own workspaces: ${second.id}`);
    second.setToken("another");
    const list = await call("list_peers");
    expect(list.isError).toBe(false);
    expect(list.text).toContain("- Poet (");
    expect(list.text).toContain(
      `The list may be incomplete. Workspace ${second.id.slice(0, 8)}: Authentication to platform failed`,
    );
    me.setToken("another");
    expect(await call("list_peers")).toMatchObject({ isError: true });
  });
});
