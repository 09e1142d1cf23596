import { script } from "a2a-peers/testing";
import { describe, expect, it } from "vitest";
import { parseOutput, startWithWorkspace, taskIn } from "../helpers/platform";

describe("send", () => {
  it("prints the reply and nothing else", async () => {
    await using set = await startWithWorkspace();
    set.platform.addWorkspace({ name: "Writer", reply: ({ text }) => `Done: ${text}` });
    expect(await set.run(["send", "writer", "the report"])).toEqual({
      code: 0,
      stdout: "Done: the report\n",
      stderr: "",
    });
    expect((await set.run(["send", "Writer", "-"], { input: "from a file\n" })).stdout).toBe(
      "Done: from a file\n",
    );
  });

  it("prints a stable object with --json", async () => {
    await using set = await startWithWorkspace();
    const { id } = set.platform.addWorkspace({ name: "Writer", reply: ({ text }) => text });
    const {
      elapsedMs: _,
      messageId: __,
      ...outcome
    } = parseOutput(await set.run(["send", "Writer", "hello", "--json"]));
    expect(outcome).toEqual({
      peer: { id, name: "Writer" },
      kind: "reply",
      text: "hello",
      files: [],
      data: [],
      attempts: 1,
    });
  });

  it("lists the candidates for a name of several peers, and of none", async () => {
    await using set = await startWithWorkspace();
    const twins = ["Twin", "twin"].map((name) => set.platform.addWorkspace({ name, reply: () => "" }));
    const ambiguous = await set.run(["send", "TWIN", "hello"]);
    expect(ambiguous.code).toBe(2);
    for (const { id } of twins) expect(ambiguous.stderr).toContain(id);
    expect(await set.run(["send", "Writer", "hello"])).toEqual({
      code: 2,
      stdout: "",
      stderr: "error: No peer is named 'Writer'. The peers are: Twin, twin; see `a2a-peers peers`\n",
    });
  });

  it.each([
    [
      "a question of the peer",
      5,
      { name: "Peer", reply: () => taskIn("input-required", "Which colour?") },
      "Which colour?\n",
    ],
    [
      "a task that still runs",
      5,
      { name: "Peer", reply: () => taskIn("working", "Half of it.") },
      "Half of it.\n",
    ],
    ["a peer that fetches its messages", 5, { name: "Peer", deliveryMode: "poll" as const }, ""],
    ["a task that failed", 4, { name: "Peer", reply: () => taskIn("failed", "No paper.") }, ""],
    ["a peer without an agent", 1, { name: "Peer", status: "paused" }, ""],
  ])("tells %s by exit code %i", async (_, expected, workspace, expectedOutput) => {
    await using set = await startWithWorkspace();
    set.platform.addWorkspace(workspace);
    const { code, stdout, stderr } = await set.run(["send", "Peer", "hello"]);
    expect({ code, stdout }).toEqual({ code: expected, stdout: expectedOutput });
    expect(stderr.split("\n")).toHaveLength(2);
  });

  it("waits with --wait for a task that the peer has begun", async () => {
    await using set = await startWithWorkspace();
    const reply = script([taskIn("working", "Half of it."), taskIn("completed", "All of it.")]);
    set.platform.addWorkspace({ name: "Peer", reply });
    expect(await set.run(["send", "Peer", "hello", "--wait"])).toEqual({
      code: 0,
      stdout: "All of it.\n",
      stderr: "",
    });
  });

  it("leaves a task that does not end in time with exit code 5", async () => {
    await using set = await startWithWorkspace();
    set.platform.addWorkspace({ name: "Peer", reply: () => taskIn("working", "Half of it.") });
    const { code, stdout } = await set.run(["send", "Peer", "hello", "--wait", "--timeout", "1s"]);
    expect({ code, stdout }).toEqual({ code: 5, stdout: "Half of it.\n" });
  });

  it("says with exit code 3 that the peer may have the message", async () => {
    await using set = await startWithWorkspace();
    set.platform.addWorkspace({ name: "Slow", reply: () => new Promise(() => {}) });
    const { code, stdout, stderr } = await set.run(["send", "Slow", "hello", "--timeout", "1s", "--json"]);
    expect(code).toBe(3);
    expect(parseOutput({ stdout })).toMatchObject({
      error: { code: "timeout", delivery: "maybe", messageId: expect.any(String) },
    });
    expect(stderr).toContain("allow more time with --timeout");
  });

  it("shows retries with their reason as lines where there is no terminal", async () => {
    await using set = await startWithWorkspace();
    const { id } = set.platform.addWorkspace({ name: "Writer", reply: ({ text }) => text });
    const body = { error: "workspace agent unreachable — container restart triggered", restarting: true };
    set.platform.fail(`POST /workspaces/${id}/a2a`, { status: 503, body }, { times: 1 });
    const { code, stdout, stderr } = await set.run(["send", "Writer", "hello"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "hello\n" });
    expect(stderr).toMatch(
      /^Writer, 0 s, attempt 2: retrying in 1 s because: it is restarting \(HTTP 503, .*\)\n$/,
    );
  });

  it("shows on a terminal the peer, the time, the attempt and what it waits for", async () => {
    await using set = await startWithWorkspace();
    const reply = async () => {
      await new Promise((resolve) => setTimeout(resolve, 1100));
      return "Done.";
    };
    set.platform.addWorkspace({ name: "Writer", reply });
    const { stdout, stderr } = await set.run(["send", "writer", "hello"], { isTTY: true });
    expect(stdout).toBe("Done.\n");
    expect(stderr).toContain("writer, 0 s: looking for the peer");
    expect(stderr).toMatch(/Writer, \d s, attempt 1: waiting for the reply/);
  });

  it("ends at Ctrl-C with 130, and says that the peer may have the message", async () => {
    await using set = await startWithWorkspace();
    const slow = set.platform.addWorkspace({ name: "Slow", reply: () => new Promise(() => {}) });
    const controller = new AbortController();
    const sending = set.run(["send", "Slow", "hello"], { signal: controller.signal });
    await expect.poll(() => slow.received.length).toBe(1);
    controller.abort(new Error("SIGINT"));
    const { code, stdout, stderr } = await sending;
    expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
    expect(stderr).toMatch(
      /^error: Stopped waiting\. Slow may have the message and go on with it.*its id is [\da-f-]{36}\)\n$/,
    );
  });

  it("tells a program at Ctrl-C whether the peer may have the message, and its id", async () => {
    await using set = await startWithWorkspace();
    const slow = set.platform.addWorkspace({ name: "Slow", reply: () => new Promise(() => {}) });
    const controller = new AbortController();
    const sending = set.run(["send", "Slow", "hello", "--json"], { signal: controller.signal });
    await expect.poll(() => slow.received.length).toBe(1);
    controller.abort(new Error("SIGINT"));
    const messageId = slow.received[0]?.messageId;
    expect(parseOutput(await sending)).toMatchObject({
      error: { code: "interrupted", delivery: "maybe", messageId },
    });
    const before = new AbortController();
    before.abort(new Error("SIGINT"));
    expect(
      parseOutput(await set.run(["send", "Slow", "x", "--json"], { signal: before.signal })),
    ).toMatchObject({
      error: { code: "interrupted", delivery: "not-sent" },
    });
  });

  it("quotes the ids of a peer in the command to paste, and keeps control characters out of its notes", async () => {
    await using set = await startWithWorkspace();
    const asks = { ...taskIn("input-required", "Which?"), id: "$(id)", contextId: "it's\u001b[2J" };
    set.platform.addWorkspace({ name: "Writer", reply: () => asks });
    const { stderr } = await set.run(["send", "Writer", "hello"]);
    expect(stderr).toContain(" --task='$(id)' --context='it'\\''s");
    expect(stderr).not.toContain("\u001b");
  });

  it("prints nothing for a task without a text", async () => {
    await using set = await startWithWorkspace();
    set.platform.addWorkspace({ name: "Writer", reply: () => taskIn("working", "") });
    const { code, stdout, stderr } = await set.run(["send", "Writer", "hello"]);
    expect({ code, stdout }).toEqual({ code: 5, stdout: "" });
    expect(stderr).toBe("Writer is still working on task task-1.\n");
  });

  it("says at Ctrl-C that the peer has not received the message, where that is so", async () => {
    await using set = await startWithWorkspace();
    const { id } = set.platform.addWorkspace({ name: "Writer", reply: ({ text }) => text });
    const body = { error: "workspace agent unreachable — container restart triggered", restarting: true };
    set.platform.fail(`POST /workspaces/${id}/a2a`, { status: 503, body });
    const controller = new AbortController();
    const { code, stderr } = await set.run(["send", "Writer", "hello"], {
      signal: controller.signal,
      onStderr: () => controller.abort(new Error("SIGINT")),
    });
    expect(code).toBe(130);
    expect(stderr).toMatch(/error: Stopped\. Writer has not received the message\n$/);
  });

  it("keeps the control characters of a peer from a terminal, and leaves them in a pipe", async () => {
    await using set = await startWithWorkspace();
    set.platform.addWorkspace({ name: "Writer", reply: () => "\u001b[31mred\nnext" });
    expect((await set.run(["send", "Writer", "hello"])).stdout).toBe("\u001b[31mred\nnext\n");
    expect((await set.run(["send", "Writer", "hello"], { isTTY: true })).stdout).toBe(
      "\ufffd[31mred\nnext\n",
    );
  });
});
