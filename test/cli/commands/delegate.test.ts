import { describe, expect, it } from "vitest";
import { parseOutput, startWithWorkspace, taskIn } from "../helpers/platform";

describe("delegate and delegations", () => {
  it("print the id of a delegation, then its result", async () => {
    await using set = await startWithWorkspace();
    set.platform.addWorkspace({ name: "Writer", reply: ({ text }) => `Done: ${text}` });
    const delegated = await set.run(["delegate", "Writer", "the report"]);
    const id = delegated.stdout.trim();
    expect(delegated.code).toBe(0);
    expect(delegated.stderr).toContain(`a2a-peers delegations ${id} --wait`);
    const result = await set.run(["delegations", id, "--wait"]);
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 0, stdout: "Done: the report\n" });
    expect((await set.run(["delegations"])).stdout).toMatch(new RegExp(`completed  Writer  .*  ${id}`));
    expect(parseOutput(await set.run(["delegations", "--json"])).delegations).toHaveLength(1);
  });

  it("wait for the result with --wait", async () => {
    await using set = await startWithWorkspace();
    set.platform.addWorkspace({ name: "Writer", reply: ({ text }) => `Done: ${text}` });
    const { code, stdout } = await set.run([
      "delegate",
      "Writer",
      "it",
      "--wait",
      "--json",
      "--key",
      "key-1",
    ]);
    expect(code).toBe(0);
    expect(parseOutput({ stdout })).toMatchObject({
      peer: { name: "Writer" },
      receipt: { idempotencyKey: "key-1", idempotentHit: false },
      delegation: { status: "completed", resultText: "Done: it" },
    });
  });

  it.each([
    ["failed", 4],
    ["input-required", 5],
  ])("tell a task that is %s by exit code %i", async (state, expected) => {
    await using set = await startWithWorkspace();
    set.platform.addWorkspace({ name: "Writer", reply: () => taskIn(state, "Why?") });
    expect((await set.run(["delegate", "Writer", "it", "--wait"])).code).toBe(expected);
  });

  it("leave a task that is not finished in time to itself, with exit code 5", async () => {
    await using set = await startWithWorkspace();
    set.platform.addWorkspace({ name: "Slow", reply: () => new Promise(() => {}) });
    const { code, stdout, stderr } = await set.run(["delegate", "Slow", "it", "--wait", "--timeout", "1s"]);
    expect({ code, stdout }).toEqual({ code: 5, stdout: "" });
    expect(stderr).toContain("was not finished after");
  });

  it("say at Ctrl-C how the result can be had", async () => {
    await using set = await startWithWorkspace();
    const slow = set.platform.addWorkspace({ name: "Slow", reply: () => new Promise(() => {}) });
    const controller = new AbortController();
    const waiting = set.run(["delegate", "Slow", "it", "--wait"], { signal: controller.signal });
    await expect.poll(() => slow.received.length, { timeout: 10_000 }).toBe(1);
    // Only a client that has the answer to its delegation looks for it.
    const isPolling = () =>
      set.platform.requests.some(({ method, path }) => method === "GET" && path.endsWith("/delegations"));
    await expect.poll(isPolling, { timeout: 10_000 }).toBe(true);
    controller.abort(new Error("SIGINT"));
    const { code, stderr } = await waiting;
    expect(code).toBe(130);
    expect(stderr).toMatch(
      /error: Stopped waiting\. The task goes on; for its result: a2a-peers delegations [\da-f-]{36} --wait\n$/,
    );
  });
});
