import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileToken } from "a2a-peers";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { checkToken, createTokenHolder } from "../../src/identity/token";
import { systemClock } from "../../src/runtime/clock";
import { failureOf, thrownBy } from "../helpers/failure";

async function tokenFile(content?: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "token-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, ".auth_token");
  if (content !== undefined) await writeFile(path, content);
  return path;
}

describe("a token", () => {
  it("is visible ASCII, without the white space around it", () => {
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
  ])("that is %s is refused, and never shown", async (_, value) => {
    const error = await thrownBy(() => checkToken(value, "`token`"));
    expect(error).toMatchObject({ code: "configuration" });
    expect(error.message).toContain("`token`");
    expect(error.message.length).toBeLessThanOrEqual(500);
    expect(`${error.message}${error.stack}`).not.toMatch(/hunter2|123456789/);
  });

  it("that is refused is never shown, whatever it is", () => {
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
  it("gives its content without the white space around it", async () => {
    expect(await fileToken(await tokenFile("  file-token\n"))()).toBe("file-token");
  });

  it("gives nothing when it is missing, empty or below a file", async () => {
    const path = await tokenFile();
    expect(await fileToken(path)()).toBeUndefined();
    await writeFile(path, " \n");
    expect(await fileToken(path)()).toBeUndefined();
    expect(await fileToken(join(path, "deeper"))()).toBeUndefined();
  });

  it("is read anew each time, so that a rotated token is found", async () => {
    const path = await tokenFile("old-token");
    const source = fileToken(path);
    await source();
    await writeFile(path, "new-token");
    expect(await source()).toBe("new-token");
  });

  it.each([
    ["two lines", "secret-a\nsecret-b"],
    ["too much", "s".repeat(8193)],
  ])("that holds %s is refused by its path, without its content", async (_, content) => {
    const path = await tokenFile(content);
    const error = await failureOf(Promise.resolve(fileToken(path)()));
    expect(error).toMatchObject({ code: "configuration" });
    expect(error.message).toContain(path);
    expect(error.message).not.toMatch(/secret|s{10}/);
  });

  it("that is a folder is refused", async () => {
    const error = await failureOf(Promise.resolve(fileToken(tmpdir())()));
    expect(error).toMatchObject({ code: "configuration" });
    expect(error.message).toContain("cannot be read");
  });
});

describe("the holder of a token", () => {
  function holder(...answers: (string | undefined)[]) {
    const asked: number[] = [];
    const refreshed: number[] = [];
    const tokens = createTokenHolder(
      {
        sources: [
          async () => {
            asked.push(1);
            return answers[Math.min(asked.length, answers.length) - 1];
          },
        ],
      },
      "workspace W",
      systemClock,
      () => refreshed.push(1),
    );
    return { tokens, asked: () => asked.length, refreshed: () => refreshed.length };
  }

  it("asks once and answers at once from then on", async () => {
    const { tokens, asked } = holder("a-token");
    const answers = await Promise.all([tokens.get(), tokens.get(), tokens.get()]);
    expect(answers).toEqual(["a-token", "a-token", "a-token"]);
    expect(tokens.get()).toBe("a-token");
    expect(asked()).toBe(1);
  });

  it("asks nothing without a source", async () => {
    const tokens = createTokenHolder({ sources: [] }, "workspace W", systemClock, () => {});
    expect(tokens.get()).toBeUndefined();
    expect(await tokens.refresh(undefined)).toBeUndefined();
  });

  it("makes one question of many refreshes", async () => {
    const { tokens, asked, refreshed } = holder("old", "new");
    await tokens.get();
    const answers = await Promise.all([tokens.refresh("old"), tokens.refresh("old"), tokens.refresh("old")]);
    expect(answers).toEqual(["new", "new", "new"]);
    expect(asked()).toBe(2);
    expect(refreshed()).toBe(1);
  });

  it("answers a token that came meanwhile without asking", async () => {
    const { tokens, asked } = holder("old", "new");
    await tokens.get();
    await tokens.refresh("old");
    expect(await tokens.refresh("old")).toBe("new");
    expect(asked()).toBe(2);
  });

  it.each([undefined, "", " ", "old"])("keeps the good token when the answer is %j", async (answer) => {
    const { tokens, refreshed } = holder("old", answer);
    await tokens.get();
    expect(await tokens.refresh("old")).toBeUndefined();
    expect(tokens.get()).toBe("old");
    expect(refreshed()).toBe(0);
  });

  it("asks again after each refusal", async () => {
    const { tokens, asked } = holder("old", "old", "new");
    await tokens.get();
    expect(await tokens.refresh("old")).toBeUndefined();
    expect(await tokens.refresh("old")).toBe("new");
    expect(asked()).toBe(3);
  });
});

describe("the holder of a token that may be in several places", () => {
  /** Places that answer with what stands in them at the moment. */
  function places(first: string | undefined, second: string | undefined, last?: string) {
    const held = { first, second, last };
    const asked: string[] = [];
    const refreshed: number[] = [];
    const place = (name: keyof typeof held) => async () => {
      asked.push(name);
      return held[name];
    };
    const tokens = createTokenHolder(
      { sources: [place("first"), place("second")], fallback: place("last") },
      "workspace W",
      systemClock,
      () => refreshed.push(1),
    );
    return { tokens, held, asked, refreshed };
  }

  it("takes the first that answers, and asks no further", async () => {
    const { tokens, asked } = places("a", "b");
    expect(await tokens.get()).toBe("a");
    expect(asked).toEqual(["first"]);
    expect(await places(undefined, "b").tokens.get()).toBe("b");
  });

  it("asks the last resort only when a token was refused", async () => {
    const { tokens, asked } = places(undefined, undefined, "c");
    expect(await tokens.get()).toBeUndefined();
    expect(asked).not.toContain("last");
    expect(await tokens.refresh(undefined)).toBe("c");
    expect(tokens.get()).toBe("c");
  });

  it("goes on to the next place when the answer is what was refused, with one question for all", async () => {
    const { tokens, asked, refreshed } = places("a", "a", "c");
    await tokens.get();
    const answers = await Promise.all([tokens.refresh("a"), tokens.refresh("a"), tokens.refresh("a")]);
    expect(answers).toEqual(["c", "c", "c"]);
    expect(asked).toEqual(["first", "first", "second", "last"]);
    expect(refreshed).toEqual([1]);
  });

  it("gives no token twice that was refused, whichever place it is in", async () => {
    const { tokens, held, refreshed } = places("a", "b");
    await tokens.get();
    expect(await tokens.refresh("a")).toBe("b");
    expect(await tokens.refresh("b")).toBeUndefined();
    expect(await tokens.refresh("a")).toBeUndefined();
    expect(refreshed).toEqual([1]);
    held.second = "c";
    expect(await tokens.refresh((await tokens.get()) ?? "")).toBe("c");
  });

  it("uses what was refused in turn while there is nothing better: one refusal may have been a mistake", async () => {
    const { tokens } = places("a", "b");
    const used = [await tokens.get()];
    await tokens.refresh("a");
    for (let call = 0; call < 4; call += 1) {
      used.push(await tokens.get());
      await tokens.refresh(used.at(-1));
    }
    expect(used).toEqual(["a", "b", "a", "b", "a"]);
  });

  it("finds a good one behind a place that fails, and tells the failure where there is none", async () => {
    const failing = () => {
      throw new TypeError("vault is sealed");
    };
    const held = { token: "b" };
    const tokens = createTokenHolder(
      { sources: [failing, () => held.token] },
      "workspace W",
      systemClock,
      () => {},
    );
    tokens.adopt("a");
    expect(await tokens.refresh("a")).toBe("b");
    const error = await failureOf(tokens.refresh("b"));
    expect(error).toMatchObject({ code: "configuration" });
    expect(error.message).not.toContain("sealed");
  });

  it("keeps silent about a last resort that fails", async () => {
    const lastResort = () => Promise.reject(new Error("EACCES"));
    const tokens = createTokenHolder(
      { sources: [], fallback: lastResort },
      "workspace W",
      systemClock,
      () => {},
    );
    expect(await tokens.refresh(undefined)).toBeUndefined();
  });

  describe("once the platform has issued one", () => {
    it("keeps it, and returns to none that was in use or refused before", async () => {
      const { tokens, refreshed } = places("a", "b");
      await tokens.get();
      await tokens.refresh("a");
      tokens.adopt("new");
      expect(await tokens.refresh("new")).toBeUndefined();
      expect(tokens.get()).toBe("new");
      expect(refreshed).toEqual([1]);
    });

    it("gives it to a call that was refused with an older one", async () => {
      const { tokens, asked } = places("a", undefined);
      await tokens.get();
      tokens.adopt("new");
      expect(await tokens.refresh("a")).toBe("new");
      expect(asked).toEqual(["first"]);
    });

    it("gives it up for one that is found and was never refused, and comes back to it otherwise", async () => {
      const { tokens, held } = places("a", undefined);
      await tokens.get();
      tokens.adopt("new");
      held.first = "newer";
      expect(await tokens.refresh("new")).toBe("newer");
      expect(await tokens.refresh("newer")).toBeUndefined();
      expect(tokens.get()).toBe("new");
    });

    it("does not lose it to an answer that was asked for before", async () => {
      let answer: (token: string) => void = () => {};
      const source = () => new Promise<string>((resolve) => (answer = resolve));
      const tokens = createTokenHolder({ sources: [source] }, "workspace W", systemClock, () => {});
      const asked = tokens.get();
      tokens.adopt("new");
      answer("a");
      expect(await asked).toBe("new");
      expect(tokens.get()).toBe("new");
    });
  });

  it("remembers no more refused tokens than can matter", async () => {
    let made = 0;
    const tokens = createTokenHolder(
      { sources: [() => `token-${made++}`] },
      "workspace W",
      systemClock,
      () => {},
    );
    let token = await tokens.get();
    for (let refusal = 0; refusal < 1000; refusal += 1) token = await tokens.refresh(token);
    expect(token).toBe("token-1000");
    made = 0;
    expect(await tokens.refresh(token)).toBe("token-0");
  });
});
