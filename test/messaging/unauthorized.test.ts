import { describe, expect, it } from "vitest";
import { clientOfTwo, testClient } from "../helpers/client";
import { failureOf } from "../helpers/failure";
import { OWN, PEER, SECOND, SECOND_TOKEN, TOKEN } from "../helpers/ids";
import { type Answer, nockPlatform, reply } from "../helpers/nock-platform";

const platform = nockPlatform();
const REFUSED: Answer = { status: 401, body: { error: "invalid caller auth token" } };

/** A token source that gives these answers in turn, the last one from then on. */
function rotating(...answers: (string | undefined)[]) {
  let asked = 0;
  const source = () => answers[Math.min(asked++, answers.length - 1)];
  return { source, timesAsked: () => asked };
}

const bearers = () => platform.sent.map((request) => request.headers.authorization);

describe("a refused token", () => {
  it("makes the client call its source again and resend the message", async () => {
    platform.answerMessage(REFUSED, reply("fine"));
    const { source, timesAsked } = rotating("old-token", "new-token");
    const events: unknown[] = [];
    const client = testClient({ token: source, onEvent: (event) => events.push(event) });

    expect(await client.sendA2AMessage(PEER, "hi")).toMatchObject({ text: "fine", attempts: 2 });
    expect(bearers()).toEqual(["Bearer old-token", "Bearer new-token"]);
    expect(timesAsked()).toBe(2);
    expect(events).toContainEqual({ type: "token.refreshed", workspaceId: OWN });
    const [first, second] = platform.envelopes();
    expect(second).toEqual(first);
  });

  it("is replaced for all later calls", async () => {
    platform.answerMessage(REFUSED, reply(), reply());
    const { source, timesAsked } = rotating("old-token", "new-token");
    const client = testClient({ token: source });
    await client.sendA2AMessage(PEER, "hi");
    await client.sendA2AMessage(PEER, "again");
    expect(bearers()[2]).toBe("Bearer new-token");
    expect(timesAsked()).toBe(2);
  });

  it("is refreshed even when only one attempt is allowed", async () => {
    platform.answerMessage(REFUSED, reply());
    const client = testClient({
      token: rotating("old-token", "new-token").source,
      retry: { maxAttempts: 1 },
    });
    expect(await client.sendA2AMessage(PEER, "hi")).toMatchObject({ attempts: 2 });
  });

  it("ends the call when the new one is refused as well", async () => {
    platform.answerMessage(REFUSED, REFUSED);
    const { source, timesAsked } = rotating("first-token", "second-token", "third-token");
    const error = await failureOf(testClient({ token: source }).sendA2AMessage(PEER, "hi"));
    expect(error).toMatchObject({ code: "unauthorized", status: 401, attempts: 2, delivery: "not-sent" });
    expect(error.retryable).toBe(false);
    expect(timesAsked()).toBe(2);
  });

  it("is refreshed once in a send, however many attempts follow", async () => {
    platform.answerMessage(REFUSED, { status: 503, body: { error: "waking", waking: true } }, REFUSED);
    const { source, timesAsked } = rotating("first-token", "second-token", "third-token");
    const error = await failureOf(testClient({ token: source }).sendA2AMessage(PEER, "hi"));
    expect(error).toMatchObject({ code: "unauthorized", attempts: 3 });
    expect(timesAsked()).toBe(2);
  });

  it.each([
    ["the same", TOKEN],
    ["the same with a line feed", `${TOKEN}\n`],
    ["empty", ""],
    ["blank", "  "],
    ["missing", undefined],
  ])("is not sent twice when the source's answer is %s", async (_, answer) => {
    platform.answerMessage(REFUSED);
    const { source, timesAsked } = rotating(TOKEN, answer);
    const error = await failureOf(testClient({ token: source }).sendA2AMessage(PEER, "hi"));
    expect(error).toMatchObject({ code: "unauthorized", attempts: 1 });
    expect(timesAsked()).toBe(2);
  });

  it("is kept when the source returns no other", async () => {
    platform.answerMessage(REFUSED, reply());
    const client = testClient({ token: rotating(TOKEN, undefined).source });
    await failureOf(client.sendA2AMessage(PEER, "hi"));
    await client.sendA2AMessage(PEER, "again");
    expect(bearers()).toEqual([`Bearer ${TOKEN}`, `Bearer ${TOKEN}`]);
  });

  it("is the error when the source fails on the second call", async () => {
    platform.answerMessage(REFUSED);
    let asked = 0;
    const token = () => {
      asked += 1;
      if (asked > 1) throw new Error("vault is sealed");
      return TOKEN;
    };
    expect(await failureOf(testClient({ token }).sendA2AMessage(PEER, "hi"))).toMatchObject({
      code: "unauthorized",
      attempts: 1,
    });
  });

  it("makes one call of the source for many calls that are refused at once", async () => {
    const calls = 20;
    platform.answerMessage(...Array(calls).fill(REFUSED), ...Array(calls).fill(reply()));
    let asked = 0;
    const token = async () => {
      asked += 1;
      return asked === 1 ? "old-token" : "new-token";
    };
    const client = testClient({ token });
    const sends = Array.from({ length: calls }, () => client.sendA2AMessage(PEER, "hi"));
    expect((await Promise.all(sends)).every((sent) => sent.attempts === 2)).toBe(true);
    expect(asked).toBe(2);
  });

  it("is refreshed for its own workspace only", async () => {
    platform.answerMessage(REFUSED, reply(), reply());
    const other = rotating(SECOND_TOKEN, "second-new");
    const client = clientOfTwo({
      workspaces: [
        { id: OWN, token: TOKEN },
        { id: SECOND, token: other.source },
      ],
    });
    await client.sendA2AMessage(PEER, "hi", { source: SECOND });
    await client.sendA2AMessage(PEER, "hi", { source: OWN });
    expect(bearers()).toEqual([`Bearer ${SECOND_TOKEN}`, "Bearer second-new", `Bearer ${TOKEN}`]);
  });

  it("is refreshed for the other calls, too", async () => {
    platform.answer(`GET /registry/${OWN}/peers`, REFUSED, { body: [] });
    const client = testClient({ token: rotating("old-token", "new-token").source });
    expect(await client.listPeers()).toEqual({ peers: [], diagnostic: null });
  });

  it("is not refreshed after a 401 that the agent itself sent", async () => {
    platform.answerMessage({ status: 401, body: { error: "log in to the agent first" } });
    const { source, timesAsked } = rotating("old-token", "new-token");
    const error = await failureOf(testClient({ token: source }).sendA2AMessage(PEER, "hi"));
    expect(error).toMatchObject({ code: "agent_error", delivery: "maybe", attempts: 1 });
    expect(timesAsked()).toBe(1);
  });
});

describe("a token source", () => {
  it("is not called before the first request, and once for many", async () => {
    platform.answerMessage(reply(), reply(), reply());
    const { source, timesAsked } = rotating(TOKEN);
    const client = testClient({ token: source });
    expect(timesAsked()).toBe(0);
    await Promise.all([1, 2, 3].map(() => client.sendA2AMessage(PEER, "hi")));
    expect(timesAsked()).toBe(1);
  });

  it("that returns none lets the request go without a token, and is called again after a 401", async () => {
    platform.answerMessage(REFUSED, reply());
    const client = testClient({ token: rotating(undefined, "fresh-token").source });
    await client.sendA2AMessage(PEER, "hi");
    expect(bearers()).toEqual([undefined, "Bearer fresh-token"]);
  });

  it.each<[string, () => never]>([
    ["throws", () => { throw new RangeError(`vault said ${TOKEN}`); }],
    ["rejects", () => Promise.reject(new RangeError(`vault said ${TOKEN}`)) as never],
  ])("that %s fails the call without a request and without showing its error", async (_, token) => {
    const error = await failureOf(testClient({ token }).sendA2AMessage(PEER, "hi"));
    expect(error).toMatchObject({ code: "configuration", attempts: 0, delivery: "not-sent" });
    expect(error.message).toContain(OWN);
    expect(error.message).toContain("RangeError");
    expect(JSON.stringify(error) + error.message + error.stack).not.toContain(TOKEN);
  }); // biome-ignore format: a table reads best in rows

  it("that failed is called again by the next call", async () => {
    platform.answerMessage(reply("later"));
    let asked = 0;
    const token = () => {
      asked += 1;
      if (asked === 1) throw new Error("not ready");
      return TOKEN;
    };
    const client = testClient({ token });
    await failureOf(client.sendA2AMessage(PEER, "hi"));
    expect(await client.sendA2AMessage(PEER, "hi")).toMatchObject({ text: "later" });
  });

  it.each([987654321, {}, "two words", "line\nbreak", "x".repeat(4097)])(
    "that answers %j is refused without repeating the answer",
    async (answer) => {
      const client = testClient({ token: () => answer as string });
      const error = await failureOf(client.sendA2AMessage(PEER, "hi"));
      expect(error).toMatchObject({ code: "configuration", attempts: 0 });
      expect(error.message).not.toContain(String(answer));
      expect(error.message.length).toBeLessThanOrEqual(500);
    },
  );
});
