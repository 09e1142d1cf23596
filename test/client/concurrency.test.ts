import { settle } from "a2a-peers";
import { type FaultKind, startPlatform } from "a2a-peers/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { quickClient, resources, until } from "../helpers/sockets-client";

const SENDS = 100;
const PEERS = 10;
// biome-ignore format: one list
const FAULTS: readonly FaultKind[] = [
  "reset", "close", "cut-head", "cut", "cut-reset", "cut-chunked", "garbage", "garbage-json", "html",
  "reset-head", "reset-upload", "unasked-101", "early-hints", "continue", "empty", "huge", "reset-on-accept",
];
const EXPECTED_CODES = new Set(["network", "reply_lost", "bad_response", "too_large"]);

const rejections: unknown[] = [];
const note = (reason: unknown) => rejections.push(reason);
beforeEach(() => process.on("unhandledRejection", note));
afterEach(() => {
  process.off("unhandledRejection", note);
});

/** A repeatable random number from 0 up to 1 (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

it.each([1, 2, 3])(
  "a hundred sends among faults (seed %i) each get the outcome that is theirs",
  async (seed) => {
    const random = seeded(seed);
    const timers = resources("Timeout");
    const handles = resources("TCPSocketWrap");
    await using platform = await startPlatform();
    const me = platform.addWorkspace();
    const peers = Array.from({ length: PEERS }, () =>
      platform.addWorkspace({
        reply: async ({ text }) => {
          await new Promise((resolve) => setTimeout(resolve, Number(text.length % 7)));
          return `echo of ${text}`;
        },
      }),
    );
    for (let count = 0; count < 60; count++) {
      const kind = FAULTS[Math.floor(random() * FAULTS.length)] ?? "reset";
      platform.fail("POST /workspaces/:id/a2a", { kind }, { times: 1 });
    }
    const client = quickClient(platform.url, {
      workspaceId: me.id,
      token: me.token ?? "",
      limits: { maxConcurrentSends: 20 },
      random,
    });

    const sent = await Promise.all(
      Array.from({ length: SENDS }, async (_, index) => {
        const peer = peers[index % PEERS];
        const text = `message ${index} ${"x".repeat(index)}`;
        const messageId = `message-${index}`;
        return {
          text,
          messageId,
          peer,
          result: await settle(client.sendA2AMessage(peer?.id ?? "", text, { messageId })),
        };
      }),
    );

    for (const { text, messageId, peer, result } of sent) {
      if (result.ok) {
        expect(result.value).toMatchObject({ messageId });
        // What `early-hints` and `continue` answer in the platform's place.
        expect([`echo of ${text}`, "ok"]).toContain(result.value.text);
      } else {
        expect(result.error).toMatchObject({ messageId, peerId: peer?.id });
        expect(EXPECTED_CODES).toContain(result.error.code);
        const arrived = peer?.received.some((message) => message.messageId === messageId) ?? false;
        if (arrived) expect(result.error.delivery).not.toBe("not-sent");
      }
    }
    expect(sent.filter(({ result }) => result.ok).length).toBeGreaterThan(SENDS / 2);

    await client.close();
    await platform.close();
    await until(() => resources("Timeout") <= timers, "no timer is left");
    await until(() => resources("TCPSocketWrap") <= handles, "no socket is left");
    expect(rejections).toEqual([]);
  },
);
