import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { A2AEvent } from "../../src/events";
import { describeEvent } from "../../src/logging";

const page = readFileSync(resolve(import.meta.dirname, "../../docs/operations.md"), "utf8");
/** The rows about events: their names, and the levels that the page gives them. */
const rows = [
  ...page.matchAll(/^\| ((?:`[a-z_]+\.[a-z_]+`(?:, )?)+) \| ([^|`]+) \| [^|]+ \| [^|]+ \|$/gm),
].flatMap(([, names = "", levels = ""]) =>
  [...names.matchAll(/`([^`]+)`/g)].map(([, type = ""]) => ({
    type,
    levels: levels.match(/\b(debug|info|warn|error)\b/g) ?? ([] as string[]),
  })),
);

const WORKSPACE = "11111111-1111-4111-8111-111111111111";
const PEER = "22222222-2222-4222-8222-222222222222";

/** Every field that an event may have. */
const FIELDS = {
  workspaceId: WORKSPACE, peerId: PEER, messageId: "m-1", senderId: PEER, id: "row-1", delegationId: "d-1",
  delegationIds: ["d-1"], sourceId: PEER, attempt: 2, attempts: 3, consecutive: 3, count: 2, dropped: 2, code: "network",
  delivery: "maybe", reason: "The connection broke.", status: 502, elapsedMs: 12, delayMs: 500, waitedMs: 5000,
  silentMs: 60_000, outageMs: 70_000, closedMs: 3000, resetInMs: 1000, limit: 600, ok: true, outcome: "reply",
  state: "completed", option: "runtime",
}; // biome-ignore format: one list

/** Events whose reason is one word of a list. */
const WORDS: Record<string, string> = { "inbox.skipped": "duplicate", "agent.request_refused": "unsigned" };

const make = (type: string, fields: object = {}) =>
  ({ ...FIELDS, reason: WORDS[type] ?? FIELDS.reason, ...fields, type }) as unknown as A2AEvent;

describe("the line of an event", () => {
  it("exists for every event of the page for operators, at one of the levels that it names", () => {
    expect(rows.length).toBeGreaterThan(50);
    const wrong = rows.filter(({ type, levels }) => !levels.includes(describeEvent(make(type)).level));
    expect(wrong).toEqual([]);
  });

  it.each(rows.map(({ type }) => type))("is one sentence with all that it needs: %s", (type) => {
    for (const fields of [
      {},
      {
        ...(type.startsWith("send.") ? {} : { peerId: undefined }),
        senderId: null,
        consecutive: 1,
        count: 1,
        attempt: 1,
        outageMs: 0,
      },
    ]) {
      const { sentence } = describeEvent(make(type, fields));
      expect(sentence).toMatch(/^[A-Z0-9][^\n]*[^.]\.$/);
      expect(sentence).not.toMatch(/undefined|null|NaN|\[object|\.\.|\. [a-z]/);
    }
  });

  it.each([
    ["send.settled", { ok: false, outcome: "timeout" }, "warn"],
    ["send.settled", { ok: false, outcome: "aborted" }, "debug"],
    ["send.settled", {}, "debug"],
    ["agent.settled", { state: "failed" }, "warn"],
    ["recovery_gate.closed", {}, "warn"],
    ["recovery_gate.closed", { peerId: undefined }, "error"],
  ])("has a level that depends on what has happened: %s %o", (type, fields, level) => {
    expect(describeEvent(make(type, fields)).level).toBe(level);
  });

  it("says in plain words what has happened", () => {
    expect(describeEvent(make("send.attempt_failed")).sentence).toBe(
      `Attempt 2 of a message to peer ${PEER} failed, and the peer may have the message: The connection broke.`,
    );
    expect(describeEvent(make("heartbeat.failed")).sentence).toBe(
      "A beat failed (3 times in a row): The connection broke.",
    );
  });
});
