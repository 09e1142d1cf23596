import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileToken } from "a2a-peers";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { checkToken } from "../../src/identity/token-source";
import { failureOf, thrownBy } from "../helpers/failure";

async function tokenFile(content?: string | Buffer): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "token-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, ".auth_token");
  if (content !== undefined) await writeFile(path, content);
  return path;
}

describe("a token", () => {
  it("is visible ASCII and is trimmed", () => {
    expect(checkToken(" abc-_.~!{}\n", "it")).toBe("abc-_.~!{}");
    expect(checkToken("x".repeat(4096), "it")).toHaveLength(4096);
  });

  it.each<[string, unknown]>([
    ["empty", ""],
    ["blank", " \n"],
    ["of two words", "hunter2 hunter2"],
    ["broken over two lines", "hunter2\nhunter2"],
    ["followed by another header", "hunter2\r\nX-Admin: 1"],
    ["with a NUL in it", "hunter2\u0000x"],
    ["with an escape in it", "\u001b[31mhunter2\u001b[0m"],
    ["with an umlaut", "hunter2ü"],
    ["with an emoji", "hunter2🦊"],
    ["too long", "hunter2".repeat(1000)],
    ["a number", 123_456_789],
    ["an object", { token: "hunter2" }],
  ])("that is %s is rejected without its value in the message", async (_, value) => {
    const error = await thrownBy(() => checkToken(value, "`token`"));
    expect(error).toMatchObject({ code: "configuration" });
    expect(error.message).toContain("`token`");
    expect(error.message.length).toBeLessThanOrEqual(500);
    expect(`${error.message}${error.stack}`).not.toMatch(/hunter2|123456789/);
  });

  it.each([
    ["begins with the scheme of the header", "Bearer hunter2", "'Bearer '"],
    ["begins with the scheme in lower case", "bearer\thunter2", "'Bearer '"],
    ["is in double quotes", '"hunter2"', "quotation marks"],
    ["is in single quotes", "'hunter2'", "quotation marks"],
    ["is UTF-16", "h\0u\0n\0t\0e\0r\x002\0", "UTF-16"],
    ["is UTF-16 with a byte order mark", "\ufffd\ufffdh\0u\0", "UTF-16"],
    ["is UTF-16 of the other byte order", "\0h\0u\0n", "UTF-16"],
  ])("that %s is rejected with the mend", async (_, value, told) => {
    const error = await thrownBy(() => checkToken(value, "`token`"));
    expect(error).toMatchObject({ code: "configuration" });
    expect(error.message).toContain(told);
    expect(error.message).not.toContain("hunter2");
  });

  it.each(["utf16le", "utf8"] as const)("is read from a file as Windows writes it: %s", async (encoding) => {
    const source = fileToken(await tokenFile(Buffer.from("\ufefftoken-1\r\n", encoding)));
    if (encoding === "utf8") expect(await source()).toBe("token-1");
    else expect((await failureOf(Promise.resolve(source()))).message).toContain("UTF-16");
  });

  it("that is rejected never appears in the message", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 12 }), (value) => {
        try {
          checkToken(value, "it");
        } catch (error) {
          expect((error as Error).message).not.toContain(value);
        }
      }),
    );
  });
});

describe("a token file", () => {
  it("provides its trimmed content", async () => {
    expect(await fileToken(await tokenFile("  file-token\n"))()).toBe("file-token");
  });

  it("provides no token when it is missing, empty or has a file as its folder", async () => {
    const path = await tokenFile();
    expect(await fileToken(path)()).toBeUndefined();
    await writeFile(path, " \n");
    expect(await fileToken(path)()).toBeUndefined();
    expect(await fileToken(join(path, "deeper"))()).toBeUndefined();
  });

  it("is read at each query, so that a rotated token is found", async () => {
    const path = await tokenFile("old-token");
    const source = fileToken(path);
    await source();
    await writeFile(path, "new-token");
    expect(await source()).toBe("new-token");
  });

  it.each([
    ["two lines", "secret-a\nsecret-b"],
    ["too much", "s".repeat(8193)],
  ])("with %s is rejected by its path, without its content", async (_, content) => {
    const path = await tokenFile(content);
    const error = await failureOf(Promise.resolve(fileToken(path)()));
    expect(error).toMatchObject({ code: "configuration" });
    expect(error.message).toContain(path);
    expect(error.message).not.toMatch(/secret|s{10}/);
  });

  it("that is a folder is rejected", async () => {
    const error = await failureOf(Promise.resolve(fileToken(tmpdir())()));
    expect(error).toMatchObject({ code: "configuration" });
    expect(error.message).toContain("cannot be read");
  });
});
