import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { scratchFolder } from "../helpers/scratch-folder";
import { startTools } from "./helpers";

describe("send_message_to_user", () => {
  it("says that an agent outside cannot attach files where the platform takes them from its own alone", async () => {
    const { me, tools } = await startTools();
    const path = join(await scratchFolder(), "report.csv");
    await writeFile(path, "a,b\n");
    const { text, isError } = await tools()("send_message_to_user", { message: "x", attachments: [path] });
    expect(isError).toBe(true);
    expect(text).toMatch(/The message was not sent: send it without attachments, or with references[^.]*\.$/);
    expect(me.notifications).toEqual([]);
  });

  it("shows a message, with the files at absolute paths", async () => {
    const { me, tools } = await startTools({ me: { reply: () => "x" } });
    const path = join(await scratchFolder(), "report.csv");
    await writeFile(path, "a,b\n");
    const call = tools();
    expect((await call("send_message_to_user", { message: "Half way." })).text).toBe(
      "The message is shown to the user.",
    );
    const result = await call("send_message_to_user", { message: "The report.", attachments: [path] });
    expect(result).toEqual({ text: "The message is shown to the user with its file.", isError: false });
    expect(me.notifications).toEqual(["Half way.", "The report."]);
    expect(me.attachments).toMatchObject([[], [{ name: "report.csv" }]]);
  });

  it.each([
    ["a relative path", ["report.csv"], "has to be an absolute path, got 'report.csv'"],
    ["no list", "/tmp/x", "`attachments` has to be a list, got '/tmp/x'."],
    ["no text", [7], "Each entry of `attachments` has to be text, got 7."],
    ["too many", Array.from({ length: 21 }, () => "/x"), "at most 20 entries, got 21."],
    ["too long a path", [`/${"x".repeat(4096)}`], "An entry of `attachments` is too long: at most 4096"],
    ["a file that is not there", ["/nowhere/report.csv"], "/nowhere/report.csv"],
  ])("sends nothing for %s", async (_what, attachments, problem) => {
    const { platform, tools } = await startTools();
    const result = await tools()("send_message_to_user", { message: "x", attachments });
    expect(result.isError).toBe(true);
    expect(result.text).toContain(problem);
    expect(platform.requests).toEqual([]);
  });
});
