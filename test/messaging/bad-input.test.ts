import type { A2AClient, SendOptions } from "a2a-peers";
import { describe, expect, it } from "vitest";
import { testClient } from "../helpers/client";
import { failureOf } from "../helpers/failure";
import { OWN, PEER, STRANGER } from "../helpers/ids";
import { nockPlatform } from "../helpers/nock-platform";

// Nothing is answered here, so a request that is made after all fails its test.
nockPlatform();

const BAD_IDS: [string, unknown][] = [
  ["a path", "../../registry/register"],
  ["a UUID with a path", `${PEER}/../x`],
  ["an encoded path", "%2e%2e%2f"],
  ["a UUID in braces", `{${PEER}}`],
  ["a UUID without hyphens", PEER.replaceAll("-", "")],
  ["a UUID with a line in it", `${PEER.slice(0, 18)}\n${PEER.slice(18)}`],
  ["a UUID cut short", PEER.slice(0, 35)],
  ["a name", "Research Lead"],
  ["an empty string", ""],
  ["a number", 42],
  ["null", null],
  ["undefined", undefined],
  ["an object", { id: PEER }],
  ["an array", [PEER]],
  ["a megabyte", "a".repeat(1024 * 1024)],
];

const CALLS: [string, (client: A2AClient, id: never) => Promise<unknown>][] = [
  ["sendA2AMessage", (client, id) => client.sendA2AMessage(id, "hi")],
  ["discoverPeer", (client, id) => client.discoverPeer(id)],
  ["checkAccess", (client, id) => client.checkAccess(id)],
];

describe.each(CALLS)("%s", (_, call) => {
  it.each(BAD_IDS)("rejects %s as an id without a request", async (__, id) => {
    const error = await failureOf(call(testClient(), id as never));
    expect(error).toMatchObject({
      code: "invalid_argument",
      attempts: 0,
      delivery: "not-sent",
      retryable: false,
    });
    expect(error.message).toContain("peer_id");
    expect(error.message.length).toBeLessThanOrEqual(500);
  });
});

describe("agentCardUrl and peerName", () => {
  it.each(BAD_IDS)("return nothing for %s", (_, id) => {
    const client = testClient();
    expect(client.agentCardUrl(id as string)).toBe("");
    expect(client.peerName(id as string)).toBeUndefined();
  });

  it("accept an id in any form", () => {
    const client = testClient();
    expect(client.agentCardUrl(` ${PEER.toUpperCase()} `)).toBe(
      `http://platform.test/registry/discover/${PEER}`,
    );
  });
});

describe("the options of a send", () => {
  const BAD_DURATIONS = [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, "1000", null, {}, true, 5n];
  const rows: [keyof SendOptions, unknown][] = [
    ...BAD_DURATIONS.filter((value) => value !== null).flatMap((value): [keyof SendOptions, unknown][] => [
      ["budgetMs", value],
      ["timeoutMs", value],
    ]),
    ["delivery", "exactly-once"],
    ["delivery", 1],
    ["messageId", ""],
    ["messageId", "two words"],
    ["messageId", "line\nbreak"],
    ["messageId", "ü"],
    ["messageId", "x".repeat(201)],
    ["messageId", 7],
    ["contextId", ""],
    ["contextId", "  "],
    ["contextId", "x".repeat(1025)],
    ["contextId", 7],
    ["taskId", ""],
    ["taskId", {}],
    ["metadata", "text"],
    ["metadata", ["a"]],
    ["metadata", null],
    ["signal", "abort"],
    ["signal", {}],
    ["signal", new AbortController()],
    ["source", STRANGER],
    ["source", "../.."],
    ["source", 7],
    ["source", null],
  ];

  it.each(rows)("are rejected with %s: %s", async (name, value) => {
    const sending = testClient().sendA2AMessage(PEER, "hi", { [name]: value });
    const error = await failureOf(sending);
    expect(error).toMatchObject({ code: "invalid_argument", attempts: 0, delivery: "not-sent" });
    expect(error.message).toContain(`\`${name}\``);
    expect(error.message.length).toBeLessThanOrEqual(500);
  });

  it.each([
    ["timeout", "Did you mean `timeoutMs`?"],
    ["messageID", "Did you mean `messageId`?"],
    ["idempotencyKey", "The options are source, signal,"],
  ])("are rejected when there is none that is called %s", async (name, told) => {
    const error = await failureOf(testClient().sendA2AMessage(PEER, "hi", { [name]: 1 } as never));
    expect(error).toMatchObject({ code: "invalid_argument", attempts: 0, delivery: "not-sent" });
    expect(error.message).toContain(told);
  });

  it.each([null, "fast", 7, true])("are rejected when they are %j", async (options) => {
    const error = await failureOf(testClient().sendA2AMessage(PEER, "hi", options as never));
    expect(error).toMatchObject({ code: "invalid_argument" });
    expect(error.message).toContain("options");
  });

  it("are rejected with metadata that JSON cannot represent", async () => {
    const error = await failureOf(testClient().sendA2AMessage(PEER, "hi", { metadata: { n: 1n } }));
    expect(error).toMatchObject({ code: "invalid_argument" });
  });
});

describe("the options of the other calls", () => {
  const calls: [string, (options: never) => Promise<unknown>][] = [
    ["discoverPeer", (options) => testClient().discoverPeer(PEER, options)],
    ["listPeers", (options) => testClient().listPeers(options)],
    ["getWorkspaceInfo", (options) => testClient().getWorkspaceInfo(options)],
    ["checkAccess", (options) => testClient().checkAccess(PEER, options)],
  ];

  it.each(calls)("are rejected by %s when they are invalid", async (_, call) => {
    for (const [options, culprit] of [
      [{ source: STRANGER }, "`source`"],
      [{ timeoutMs: Number.NaN }, "`timeoutMs`"],
      [{ timeoutMs: 2 ** 31 }, "`timeoutMs`"],
      [{ signal: 7 }, "`signal`"],
      [null, "options"],
    ]) {
      const error = await failureOf(call(options as never));
      expect(error).toMatchObject({ code: "invalid_argument", attempts: 0 });
      expect(error.message).toContain(culprit);
    }
  });

  it("are rejected by listPeers when the query is not a string", async () => {
    const error = await failureOf(testClient().listPeers({ query: 7 as never }));
    expect(error).toMatchObject({ code: "invalid_argument" });
    expect(error.message).toContain("`query`");
  });
});

describe("a message to oneself", () => {
  it.each([OWN, OWN.toUpperCase(), ` ${OWN} `])("is rejected for %j", async (id) => {
    const error = await failureOf(testClient().sendA2AMessage(id, "hi"));
    expect(error).toMatchObject({ code: "invalid_argument", attempts: 0 });
    expect(error.message).toContain("allowSelf");
  });

  it("is rejected unless `allowSelf` is exactly true", async () => {
    const sending = testClient().sendA2AMessage(OWN, "hi", { allowSelf: 1 as never });
    expect(await failureOf(sending)).toMatchObject({ code: "invalid_argument" });
  });
});

describe("a blank message", () => {
  it.each(["", " ", "\n\t", {}, { parts: [] }])("is rejected without a request: %j", async (message) => {
    const error = await failureOf(testClient().sendA2AMessage(PEER, message));
    expect(error).toMatchObject({ code: "invalid_argument", attempts: 0 });
    expect(error.message).toContain("message");
  });
});
