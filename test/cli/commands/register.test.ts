import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseOutput, startWithWorkspace } from "../helpers/platform";

describe("register, heartbeat and notify", () => {
  it("registers in poll mode with the card of the options, and stores a first token without showing it", async () => {
    await using set = await startWithWorkspace();
    const fresh = set.platform.addWorkspace({ name: "Fresh", token: null, status: "awaiting_agent" });
    const file = join(process.env.CONFIGS_DIR ?? "", "..", `card-${crypto.randomUUID()}.json`);
    await writeFile(file, JSON.stringify({ name: "Of the file", version: "1.2.3" }));
    const env = { WORKSPACE_ID: fresh.id, MOLECULE_WORKSPACE_TOKEN: undefined };
    const args = ["register", "--card", file, "--name", "Fresh", "--skill", "Write reports"];
    const { code, stdout, stderr } = await set.run(args, { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toBe("Status  registered\nMode    poll\nToken   a new one, stored for the next start\n");
    expect(fresh.state).toMatchObject({
      status: "online",
      agentCard: {
        name: "Fresh",
        version: "1.2.3",
        skills: [{ id: "write-reports", name: "Write reports" }],
      },
    });
    expect((await set.run(["peers"], { env })).code).toBe(0);
  });

  it("registers a URL, with a card that has it too", async () => {
    await using set = await startWithWorkspace();
    const url = "http://localhost:40000/";
    const { code, stdout, stderr } = await set.run(["register", "--name", "Me", "--url", url]);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: "Status  registered\nMode    push\nToken   the one in use\n",
    });
    expect(stderr).toMatch(/^Warning: .*localhost/);
    expect(set.me.state).toMatchObject({ url, agentCard: { name: "Me", url } });
  });

  it("refuses a card without a name, or that is no JSON, before anything is sent", async () => {
    await using set = await startWithWorkspace();
    for (const args of [
      ["register"],
      ["register", "--card", "/nowhere.json"],
      ["register", "--card", import.meta.filename],
    ]) {
      const { code, stderr } = await set.run(args);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^error: .*\n$/);
    }
    expect(set.platform.requests).toEqual([]);
  });

  it("ends a single beat that gets no answer at Ctrl-C", async () => {
    await using set = await startWithWorkspace();
    set.platform.fail("POST /registry/heartbeat", { kind: "stall" });
    const controller = new AbortController();
    const running = set.run(["heartbeat", "--once"], { signal: controller.signal });
    while (!set.platform.requests.some(({ path }) => path === "/registry/heartbeat")) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    controller.abort(new Error("Ended by SIGINT"));
    expect(await running).toMatchObject({ code: 130, stdout: "" });
  });

  it("beats once, or until Ctrl-C", async () => {
    await using set = await startWithWorkspace();
    set.me.setStatus("awaiting_agent");
    expect(parseOutput(await set.run(["heartbeat", "--once", "--json"]))).toMatchObject({
      ok: true,
      status: 200,
      error: null,
    });
    expect(set.me.state.status).toBe("online");
    const controller = new AbortController();
    const { code, stderr } = await set.run(["heartbeat"], {
      signal: controller.signal,
      onStderr: () => controller.abort(new Error("SIGINT")),
    });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^The platform took the first beat in \d+ ms\. Beating until Ctrl-C\.\n/);
    expect(stderr).toContain("A new secret for requests of the platform was stored.\n");
    expect(stderr).toMatch(/\nEnded after \d+ beats?\.\n$/);
  });

  it("shows a message to the user", async () => {
    await using set = await startWithWorkspace({ uploads: "platform" });
    expect(await set.run(["notify", "ready"])).toEqual({
      code: 0,
      stdout: "",
      stderr: "The user has the message.\n",
    });
    expect(set.me.notifications).toEqual(["ready"]);
    const attached = await set.run(["notify", "this file", "--attach", import.meta.filename]);
    expect(attached.code).toBe(0);
    expect(set.platform.requests.map(({ path }) => path)).toContain(`/workspaces/${set.me.id}/chat/uploads`);
    expect((await set.run(["notify", "no file", "--attach", "/nowhere.txt"])).code).toBe(2);
  });
});
