import { runInNewContext } from "node:vm";
import { A2AError, type TokenSource } from "a2a-peers";
import { describe, expect, it } from "vitest";
import { createTokenHolder } from "../../src/identity/token-holder";
import { type Clock, systemClock } from "../../src/runtime/clock";
import { failureOf } from "../helpers/failure";
import { heldClock } from "../helpers/held-clock";
import { PEER } from "../helpers/ids";

describe("a token holder with one source", () => {
  function holder(...results: (string | undefined)[]) {
    const queried: number[] = [];
    const refreshed: number[] = [];
    const tokens = createTokenHolder(
      {
        sources: [
          async () => {
            queried.push(1);
            return results[Math.min(queried.length, results.length) - 1];
          },
        ],
      },
      "workspace W",
      systemClock,
      () => refreshed.push(1),
    );
    return { tokens, queried: () => queried.length, refreshed: () => refreshed.length };
  }

  it("queries the source once and returns the token without a promise from then on", async () => {
    const { tokens, queried } = holder("a-token");
    const results = await Promise.all([tokens.get(), tokens.get(), tokens.get()]);
    expect(results).toEqual(["a-token", "a-token", "a-token"]);
    expect(tokens.get()).toBe("a-token");
    expect(queried()).toBe(1);
  });

  it("has no token without a source", async () => {
    const tokens = createTokenHolder({ sources: [] }, "workspace W", systemClock, () => {});
    expect(tokens.get()).toBeUndefined();
    expect(await tokens.refresh(undefined)).toBeUndefined();
  });

  it("queries the source once for concurrent refreshes", async () => {
    const { tokens, queried, refreshed } = holder("old", "new");
    await tokens.get();
    const results = await Promise.all([tokens.refresh("old"), tokens.refresh("old"), tokens.refresh("old")]);
    expect(results).toEqual(["new", "new", "new"]);
    expect(queried()).toBe(2);
    expect(refreshed()).toBe(1);
  });

  it("returns a token that another refresh has found without a query", async () => {
    const { tokens, queried } = holder("old", "new");
    await tokens.get();
    await tokens.refresh("old");
    expect(await tokens.refresh("old")).toBe("new");
    expect(queried()).toBe(2);
  });

  it.each([undefined, "", " ", "old"])(
    "keeps the current token when the source returns %j",
    async (result) => {
      const { tokens, refreshed } = holder("old", result);
      await tokens.get();
      expect(await tokens.refresh("old")).toBeUndefined();
      expect(tokens.get()).toBe("old");
      expect(refreshed()).toBe(0);
    },
  );

  it("queries the source again after each refusal", async () => {
    const { tokens, queried } = holder("old", "old", "new");
    await tokens.get();
    expect(await tokens.refresh("old")).toBeUndefined();
    expect(await tokens.refresh("old")).toBe("new");
    expect(queried()).toBe(3);
  });
});

describe("a token holder with several sources and a fallback", () => {
  /** A holder over sources that return what `held` has at the moment. */
  function holder(first: string | undefined, second: string | undefined, last?: string) {
    const held = { first, second, last };
    const queried: string[] = [];
    const refreshed: number[] = [];
    const source = (name: keyof typeof held) => async () => {
      queried.push(name);
      return held[name];
    };
    const tokens = createTokenHolder(
      { sources: [source("first"), source("second")], fallback: source("last") },
      "workspace W",
      systemClock,
      () => refreshed.push(1),
    );
    return { tokens, held, queried, refreshed };
  }

  it("uses the first token found and queries no further", async () => {
    const { tokens, queried } = holder("a", "b");
    expect(await tokens.get()).toBe("a");
    expect(queried).toEqual(["first"]);
    expect(await holder(undefined, "b").tokens.get()).toBe("b");
  });

  it("queries the fallback only after a refusal", async () => {
    const { tokens, queried } = holder(undefined, undefined, "c");
    expect(await tokens.get()).toBeUndefined();
    expect(queried).not.toContain("last");
    expect(await tokens.refresh(undefined)).toBe("c");
    expect(tokens.get()).toBe("c");
  });

  it("goes on to the next source when one returns the refused token, once for concurrent refreshes", async () => {
    const { tokens, queried, refreshed } = holder("a", "a", "c");
    await tokens.get();
    const results = await Promise.all([tokens.refresh("a"), tokens.refresh("a"), tokens.refresh("a")]);
    expect(results).toEqual(["c", "c", "c"]);
    expect(queried).toEqual(["first", "first", "second", "last"]);
    expect(refreshed).toEqual([1]);
  });

  it("resolves a refresh with no token that was refused before, whichever source has it", async () => {
    const { tokens, held, refreshed } = holder("a", "b");
    await tokens.get();
    expect(await tokens.refresh("a")).toBe("b");
    expect(await tokens.refresh("b")).toBeUndefined();
    expect(await tokens.refresh("a")).toBeUndefined();
    expect(refreshed).toEqual([1]);
    held.second = "c";
    expect(await tokens.refresh((await tokens.get()) ?? "")).toBe("c");
  });

  it("uses refused tokens in turn while there is no other one, as a refusal may have been a mistake", async () => {
    const { tokens } = holder("a", "b");
    const used = [await tokens.get()];
    await tokens.refresh("a");
    for (let call = 0; call < 4; call += 1) {
      used.push(await tokens.get());
      await tokens.refresh(used.at(-1));
    }
    expect(used).toEqual(["a", "b", "a", "b", "a"]);
  });

  it("finds a token behind a source that fails, and reports the failure where there is none", async () => {
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

  it("ignores a fallback that fails", async () => {
    const failing = () => Promise.reject(new Error("EACCES"));
    const tokens = createTokenHolder(
      { sources: [], fallback: failing },
      "workspace W",
      systemClock,
      () => {},
    );
    expect(await tokens.refresh(undefined)).toBeUndefined();
  });

  describe("once the platform has issued a token", () => {
    it("keeps it and never uses an earlier one again", async () => {
      const { tokens, refreshed } = holder("a", "b");
      await tokens.get();
      await tokens.refresh("a");
      tokens.adopt("new");
      expect(await tokens.refresh("new")).toBeUndefined();
      expect(tokens.get()).toBe("new");
      expect(refreshed).toEqual([1]);
    });

    it("returns it to a call whose older token was refused", async () => {
      const { tokens, queried } = holder("a", undefined);
      await tokens.get();
      tokens.adopt("new");
      expect(await tokens.refresh("a")).toBe("new");
      expect(queried).toEqual(["first"]);
    });

    it("replaces it by a token that was never refused, and returns to it when that is refused", async () => {
      const { tokens, held } = holder("a", undefined);
      await tokens.get();
      tokens.adopt("new");
      held.first = "newer";
      expect(await tokens.refresh("new")).toBe("newer");
      expect(await tokens.refresh("newer")).toBeUndefined();
      expect(tokens.get()).toBe("new");
    });

    it("keeps it over the result of a query that began earlier", async () => {
      let result: (token: string) => void = () => {};
      const source = () => new Promise<string>((resolve) => (result = resolve));
      const tokens = createTokenHolder({ sources: [source] }, "workspace W", systemClock, () => {});
      const queried = tokens.get();
      tokens.adopt("new");
      result("a");
      expect(await queried).toBe("new");
      expect(tokens.get()).toBe("new");
    });
  });

  it("remembers a limited number of refused tokens", async () => {
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

describe("a token source that asks another client", () => {
  const holderOf = (source: TokenSource, clock: Clock = systemClock) =>
    createTokenHolder({ sources: [source] }, "workspace W", clock, () => {});

  it.each([
    { code: "rpc_error", delivery: "confirmed", peerId: PEER },
    { code: "network", delivery: "maybe", peerId: undefined },
    { code: "configuration", delivery: "not-sent", peerId: PEER },
  ] as const)("and fails with $code is an error of the own configuration", async (facts) => {
    const cause = new A2AError({ ...facts, message: "The vault is closed.", messageId: "other" });
    const error = await failureOf(
      Promise.resolve(
        holderOf(() => {
          throw cause;
        }).get(),
      ).then(String),
    );
    expect(error).toMatchObject({ code: "configuration", delivery: "not-sent", cause });
    expect(error).not.toHaveProperty("peerId");
    expect(error).not.toHaveProperty("messageId");
    expect(error.message).toBe("The token source of workspace W failed: The vault is closed.");
  });

  it("has its limit of time, whatever kind of promise it answers", async () => {
    const clock = heldClock();
    const endless: Promise<string> = runInNewContext("new Promise(() => {})");
    expect(endless).not.toBeInstanceOf(Promise);
    const token = failureOf(Promise.resolve(holderOf(() => endless, clock).get()).then(String));
    await clock.advance(5000);
    expect((await token).message).toContain("gave no answer within 5000 ms");
  });

  it("is waited for, whatever kind of promise it answers", async () => {
    const foreign: Promise<string> = runInNewContext("Promise.resolve('from-elsewhere')");
    expect(await holderOf(() => foreign).get()).toBe("from-elsewhere");
  });
});
