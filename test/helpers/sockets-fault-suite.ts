import { type A2AClientOptions, type A2AError, type DeliveryMode, settle } from "a2a-peers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PEER_ID, QUICK_RETRY, quickClient, WORKSPACE_ID } from "./sockets-client";
import { recordConnections } from "./sockets-dials";
import { type Expected, FAULT_ROWS, type FaultRow } from "./sockets-fault-rows";
import { answerBytes, type RawServer, rawServer } from "./sockets-server";

const MODES: readonly DeliveryMode[] = ["at-least-once", "at-most-once"];
const EXPECTED_HOSTS = new Set(["127.0.0.1", "peer.fault.invalid"]);
const LARGE_MESSAGE = "x".repeat(16 * 2 ** 20);

/**
 * Every fault of the table over the transport that `options` select. At-most-once runs only the faults that are retried:
 * for the others, the mode makes no difference.
 */
export function faultSuite(
  options: A2AClientOptions,
  expectedOf: (row: FaultRow) => Expected | readonly Expected[],
): void {
  let elsewhere: RawServer;
  let connections: ReturnType<typeof recordConnections>;

  beforeAll(async () => {
    connections = recordConnections();
    elsewhere = await rawServer({});
  });
  afterAll(async () => {
    connections.restore();
    await elsewhere.close();
  });

  describe.each(MODES)("in %s mode", (mode) => {
    const rows = FAULT_ROWS.filter((row) => mode === "at-least-once" || isRetried(expectedOf(row)));
    it.each(rows)("a send into this fault is classified: $fault", async (row) => {
      const observed = await sendInto(row, mode, elsewhere.url, options);

      expect(allowed(expectedOf(row), mode)).toContainEqual(observed);
      expect(violations(observed, mode)).toEqual([]);
      expect(elsewhere.connections).toBe(0);
      expect([...connections.hosts].filter((host) => !EXPECTED_HOSTS.has(host))).toEqual([]);
    });
  });

  it("a 429 with a Retry-After is classified by its head when its body never arrives", async () => {
    const head = answerBytes("", ["content-length: 50", "retry-after: 1"], "429 Too Many Requests");
    await using server = await rawServer({ onRequest: (socket) => socket.write(head) });
    await using client = quickClient(server.url, {
      ...options,
      timeouts: { sendMs: 300 },
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

/** The observed outcome of a send, in the terms of the table. */
interface Observed {
  readonly outcome: { readonly text: string } | Pick<A2AError, "code" | "delivery">;
  /** The error is retryable. */
  readonly retryable: boolean;
  readonly attempts: number;
  /** Requests that the server received completely. */
  readonly complete: number;
}

async function sendInto(
  row: FaultRow,
  mode: DeliveryMode,
  elsewhere: string,
  options: A2AClientOptions,
): Promise<Observed> {
  await using site = await row.site(elsewhere);
  await using client = quickClient(site.url, {
    workspaceId: site.workspaceId ?? WORKSPACE_ID,
    ...(site.token === undefined ? {} : { token: site.token }),
    delivery: mode,
    timeouts: { sendMs: row.limitMs ?? 5000 },
    limits: { responseBytes: 2 ** 20, requestBytes: 32 * 2 ** 20 },
    ...options,
  });
  const sent = await settle(
    client.sendA2AMessage(site.peerId ?? PEER_ID, row.large === true ? LARGE_MESSAGE : "hello"),
  );
  const complete = site.complete();
  if (sent.ok) {
    return { outcome: { text: sent.value.text }, retryable: false, attempts: sent.value.attempts, complete };
  }
  const { code, delivery, retryable, attempts } = sent.error;
  return { outcome: { code, delivery }, retryable, attempts, complete };
}

function isRetried(expected: Expected | readonly Expected[]): boolean {
  return [expected].flat().some((each) => "again" in each && each.again);
}

/** The outcomes that the table allows. */
function allowed(expected: Expected | readonly Expected[], mode: DeliveryMode): Observed[] {
  return [expected].flat().map((each): Observed => {
    if ("text" in each) return { outcome: each, retryable: false, attempts: 1, complete: 1 };
    const { code, delivery, again, held } = each;
    const retryable = again && (mode === "at-least-once" || delivery === "not-sent");
    const attempts = retryable ? QUICK_RETRY.maxAttempts : 1;
    return { outcome: { code, delivery }, retryable, attempts, complete: held ? attempts : 0 };
  });
}

/** Invariants of every fault, whatever the table says. */
function violations({ outcome, complete }: Observed, mode: DeliveryMode): string[] {
  const found: string[] = [];
  const delivery = "delivery" in outcome ? outcome.delivery : undefined;
  if (delivery === "not-sent" && complete > 0)
    found.push("`not-sent` although the server received a request");
  if (mode === "at-most-once" && complete > 1) found.push("at-most-once, and more than one request");
  return found;
}
