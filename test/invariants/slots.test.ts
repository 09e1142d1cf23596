import http, { type Agent, type ClientRequest, type RequestOptions } from "node:http";
import { connect, type Socket } from "node:net";
import { type A2AClient, createA2AClient, settle } from "a2a-peers";
import { describe, expect, it, onTestFinished } from "vitest";
import { OWN, PEER, TOKEN } from "../helpers/ids";
import { startCountingPlatform } from "./helpers/counting-platform";

/** Replaces `http.request` so that every request gets this agent, whatever its caller names. */
function useAgent(
  addRequest: (request: ClientRequest & { onSocket(socket: Socket): void }) => void,
): () => void {
  const original = http.request;
  const agent = { addRequest } as unknown as Agent;
  const patched = (options: RequestOptions) => original({ ...options, agent });
  http.request = patched as typeof http.request;
  const restore = () => {
    http.request = original;
  };
  onTestFinished(restore);
  return restore;
}

function client(url: string, slots: number): A2AClient {
  const by = createA2AClient({
    platformUrl: url,
    workspaceId: OWN,
    token: TOKEN,
    delivery: "at-most-once",
    retry: { maxAttempts: 1 },
    timeouts: { sendMs: 60 },
    limits: { maxConcurrentSends: slots },
  });
  onTestFinished(() => by.close());
  return by;
}

describe("a slot of a pool", () => {
  it("comes back when no connection ever came about", async () => {
    await using platform = await startCountingPlatform({ delayMs: () => 1 });
    const by = client(platform.url, 3);
    const restore = useAgent(() => {});
    const lost = await Promise.all(Array.from({ length: 3 }, () => settle(by.sendA2AMessage(PEER, "work"))));
    expect(lost.map(({ ok }) => ok)).toEqual([false, false, false]);
    restore();
    const sent = await Promise.all(
      Array.from({ length: 3 }, (_, index) =>
        by.sendA2AMessage(PEER, "work", { messageId: `m${index}`, timeoutMs: 5000 }),
      ),
    );
    expect(sent.map(({ text }) => text)).toEqual(["m0", "m1", "m2"]);
  });

  it("comes back when the connection failed before it was handed over", async () => {
    await using platform = await startCountingPlatform({ delayMs: () => 1 });
    const by = client(platform.url, 2);
    const restore = useAgent((request) => {
      const socket = connect(1, "127.0.0.1");
      socket.once("error", (error) => request.destroy(error));
    });
    for (let round = 0; round < 4; round += 1) {
      // Node reports nothing of a request that is destroyed before it has a socket.
      expect(await settle(by.sendA2AMessage(PEER, "work"))).toMatchObject({ error: { code: "timeout" } });
    }
    restore();
    const after = await by.sendA2AMessage(PEER, "work", { messageId: "after", timeoutMs: 5000 });
    expect(after.text).toBe("after");
  });
});
