import { describe, expect, it } from "vitest";
import { parseOutput, startWithWorkspace } from "../helpers/platform";

describe("inbox", () => {
  it("shows messages without taking one", async () => {
    await using set = await startWithWorkspace();
    set.me.writeAsHuman("first");
    set.me.writeAsHuman("second");
    for (let round = 0; round < 2; round += 1) {
      const { messages } = parseOutput(await set.run(["inbox", "--json"]));
      expect(messages.map(({ text }: { text: string }) => text)).toEqual(["first", "second"]);
    }
    expect((await set.run(["inbox"])).stdout).toMatch(
      /^the user, \d+ s ago \([\da-f-]{36}\)\nfirst\n\nthe user/,
    );
  });

  it("fails in all its forms when the token is refused", async () => {
    await using set = await startWithWorkspace();
    for (const args of [["inbox"], ["inbox", "--take"]]) {
      const { code, stderr } = await set.run(args, { env: { MOLECULE_WORKSPACE_TOKEN: "wrong" } });
      expect(code).toBe(1);
      expect(stderr).toMatch(/^error: .*token.*\n$/);
    }
  });

  it("says in all its forms that a platform is too old, once and with exit code 2", async () => {
    await using set = await startWithWorkspace({ version: "2026-04" });
    for (const args of [["inbox"], ["inbox", "--take"], ["inbox", "--exec", "cat"]]) {
      const { code, stderr } = await set.run(args);
      expect(code).toBe(2);
      expect(stderr).toMatch(
        /^(Waiting for messages until Ctrl-C\.\n)?error: This platform has no cursor.*\n$/,
      );
    }
  });

  it("takes a message once with --take", async () => {
    await using set = await startWithWorkspace();
    set.me.writeAsHuman("first");
    expect(parseOutput(await set.run(["inbox", "--take", "--json"]))).toMatchObject({
      message: { text: "first", from: { kind: "human" } },
    });
    const none = await set.run(["inbox", "--take", "--timeout", "300ms", "--json"]);
    expect({ code: none.code, message: parseOutput(none).message }).toEqual({ code: 5, message: null });
  });

  it("fails where no message can be read in time, which is another thing than that none came", async () => {
    await using set = await startWithWorkspace();
    set.platform.fail("GET /workspaces/:id/activity", { status: 500, body: { error: "no" } });
    const { code, stdout, stderr } = await set.run(["inbox", "--take", "--timeout", "300ms", "--json"]);
    expect({ code, error: JSON.parse(stdout).error.code }).toEqual({ code: 1, error: "failed" });
    expect(stderr).toMatch(/error: The inbox could not be read, so messages may wait there: .*500.*\n$/);
  });

  it("answers each message with what a command prints, until Ctrl-C", async () => {
    await using set = await startWithWorkspace();
    set.me.writeAsHuman("shout");
    const controller = new AbortController();
    const running = set.run(["inbox", "--exec", "tr a-z A-Z"], {
      signal: controller.signal,
      env: { PATH: process.env.PATH },
    });
    await expect.poll(() => set.me.notifications, { timeout: 10_000 }).toEqual(["SHOUT"]);
    controller.abort(new Error("SIGINT"));
    expect((await running).code).toBe(0);
  });
});
