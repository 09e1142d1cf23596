import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { clientOf, ofType, platformForTest, startPushAgent } from "./helpers/agent";

const SENDS = 500;

/** A proxy on loopback in front of the platform that lets the connection break in the place of every third answer to a message. */
async function startCuttingProxy(platformUrl: string) {
  const counts = { answers: 0, cut: 0 };
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const forwarded = httpRequest(
      `${platformUrl}${url}`,
      { method, headers, agent: false },
      async (answer) => {
        const chunks: Buffer[] = [];
        for await (const chunk of answer) chunks.push(chunk);
        const body = Buffer.concat(chunks);
        if (url?.endsWith("/a2a")) counts.answers += 1;
        if (!url?.endsWith("/a2a") || counts.answers % 3 !== 0) {
          outgoing.writeHead(answer.statusCode ?? 500, answer.headers).end(body);
          return;
        }
        counts.cut += 1;
        // Before the head, so that nobody knows whether the message has arrived.
        incoming.socket.destroy();
      },
    );
    forwarded.on("error", () => incoming.socket.destroy());
    incoming.pipe(forwarded);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, counts };
}

describe("500 messages sent at least once, of whose answers every third is cut", () => {
  it("run once each, and every sender gets its answer", { timeout: 120_000 }, async () => {
    const platform = await platformForTest();
    const [workspace, peer] = [platform.addWorkspace(), platform.addWorkspace()];
    const runs = new Map<string, number>();
    const { events } = await startPushAgent(platform, workspace, {
      async onMessage({ text, messageId = "" }) {
        runs.set(messageId, (runs.get(messageId) ?? 0) + 1);
        await new Promise((resolve) => setTimeout(resolve, text.length % 7));
        return `answer to ${text}`;
      },
    });
    const proxy = await startCuttingProxy(platform.url);
    // A repeat may meet the next cut, so five attempts are too few for all.
    const sender = clientOf(platform, peer, { platformUrl: proxy.url, retry: { maxAttempts: 12 } });
    const questions = Array.from(
      { length: SENDS },
      (_, index) => `question ${index}${"!".repeat(index % 5)}`,
    );
    const outcomes = await Promise.all(
      questions.map((question) => sender.sendA2AMessage(workspace.id, question)),
    );
    expect(outcomes.map(({ text }) => text)).toEqual(questions.map((question) => `answer to ${question}`));
    expect(runs.size).toBe(SENDS);
    expect([...runs.values()].filter((count) => count !== 1)).toEqual([]);
    expect(proxy.counts.cut).toBeGreaterThanOrEqual(SENDS / 3);
    expect(ofType(events, "agent.repeated")).toHaveLength(proxy.counts.cut);
  });
});
