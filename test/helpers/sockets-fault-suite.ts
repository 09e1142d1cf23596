import { type A2AClientOptions, createA2AClient, type DeliveryMode, settle } from "a2a-peers";
import { faultKinds, startPlatform } from "a2a-peers/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PEER_ID, quickClient } from "./sockets-client";
import { recordConnections } from "./sockets-dials";
import { type Expected, FAULT_ROWS, type FaultRow, nameOf } from "./sockets-fault-rows";
import { allowed, exposureOf, isRetried, sendInto, violations } from "./sockets-fault-send";
import { answerBytes, rawServer } from "./sockets-server";

const MODES: readonly DeliveryMode[] = ["at-least-once", "at-most-once"];
const EXPECTED_HOSTS = new Set(["127.0.0.1", "localhost", "peer.fault.invalid"]);

/**
 * Every fault of the table over the transport that `options` select. At-most-once runs only the faults that are retried:
 * for the others, the mode makes no difference.
 */
export function faultSuite(
  options: A2AClientOptions,
  expectedOf: (row: FaultRow) => Expected | readonly Expected[],
): void {
  let connections: ReturnType<typeof recordConnections>;

  beforeAll(() => {
    connections = recordConnections();
  });
  afterAll(() => connections.restore());

  it("has a row for each kind", () => {
    expect(new Set(FAULT_ROWS.map(({ fault }) => fault))).toEqual(new Set(faultKinds));
  });

  describe.each(MODES)("in %s mode", (mode) => {
    const rows = FAULT_ROWS.filter((row) => mode === "at-least-once" || isRetried(expectedOf(row)));
    const cases = rows.map((row) => ({ name: nameOf(row), row }));
    it.each(cases)("a send into this fault is classified: $name", async ({ row }) => {
      const sent = await sendInto({ createA2AClient, startPlatform }, exposureOf(row), mode, options);

      const { outcome, retryable, attempts, complete } = sent;
      expect(allowed(expectedOf(row), mode)).toContainEqual({ outcome, retryable, attempts, complete });
      expect(violations(row, sent, mode)).toEqual([]);
      expect([...connections.hosts].filter((host) => !EXPECTED_HOSTS.has(host))).toEqual([]);
    });
  });

  it("a 429 with a Retry-After is classified by its head when its body never arrives", async () => {
    const head = answerBytes("", ["content-length: 50", "retry-after: 1"], "429 Too Many Requests");
    await using server = await rawServer({ onRequest: (socket) => socket.write(head) });
    await using client = quickClient(server.url, {
      ...options,
      timeouts: { sendMs: 1000 },
      retry: { maxAttempts: 1 },
    });

    const sent = await settle(client.sendA2AMessage(PEER_ID, "hello"));

    expect(sent).toMatchObject({ error: { code: "rate_limited", status: 429, delivery: "not-sent" } });
  });

  describe.each([401, 403, 404, 413, 429, 500, 503])("an error %i with an incomplete body", (status) => {
    const error = JSON.stringify({ error: "x".repeat(70_000) });
    it.each([
      { body: "cut", bytes: answerBytes('{"error":', ["content-length: 50"], `${status} Error`) },
      {
        body: "too long",
        bytes: answerBytes(error, [`content-length: ${error.length}`], `${status} Error`),
      },
    ])("may be the agent's own, so it is not retried ($body)", async ({ bytes }) => {
      await using server = await rawServer({ onRequest: (socket) => socket.end(bytes) });
      await using client = quickClient(server.url, {
        ...options,
        delivery: "at-most-once",
        token: () => "other",
      });

      const sent = await settle(client.sendA2AMessage(PEER_ID, "hello"));

      expect(sent).toMatchObject({ error: { status, delivery: "maybe", retryable: false, attempts: 1 } });
      expect(server.complete).toBe(1);
    });
  });
}
