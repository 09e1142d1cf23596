import { setTimeout as sleep } from "node:timers/promises";
import type { A2AClient, A2AClientOptions, A2AError, DeliveryMode, SendOutcome } from "a2a-peers";
import type { Fault, TestPlatform, TestWorkspace } from "a2a-peers/testing";
import { type Expected, type FaultRow, nameOf } from "./sockets-fault-rows";

const LARGE_MESSAGE = "x".repeat(16 * 2 ** 20);
const MESSAGES = "POST /workspaces/:id/a2a";
/** Negligible delays, three attempts. */
const MAX_ATTEMPTS = 3;
const BUDGET_MS = 10_000;

/** The part of a client that sends. */
type SendingClient = Pick<A2AClient, "sendA2AMessage"> & AsyncDisposable;

/** The parts of the package that a send into a fault needs: from the source or from the build. */
export interface Package {
  createA2AClient(options: A2AClientOptions): SendingClient;
  startPlatform(): Promise<TestPlatform>;
}

/** The observed outcome of a send, in the terms of the table. */
export interface Observed {
  readonly outcome:
    | { readonly text: string }
    | { readonly kind: string }
    | Pick<A2AError, "code" | "delivery">;
  /** The error is retryable. */
  readonly retryable: boolean;
  readonly attempts: number;
  /** Requests that the server received completely. */
  readonly complete: number;
}

export interface Sent extends Observed {
  readonly elapsedMs: number;
  /** Requests that followed a redirect to another origin. */
  readonly leaked: number;
}

/** A fault, and how a message is sent into it. */
export interface Exposure extends Pick<FaultRow, "urlOf" | "large" | "limitMs" | "reuseAfterMs"> {
  readonly inject: Fault;
}

export const exposureOf = (row: FaultRow): Exposure => ({ ...row, inject: { kind: row.fault } });

/** Sends one message into a fault. */
export async function sendInto(
  { createA2AClient, startPlatform }: Package,
  exposure: Exposure,
  delivery: DeliveryMode,
  options: A2AClientOptions = {},
): Promise<Sent> {
  await using platform = await startPlatform();
  const me = platform.addWorkspace();
  const peer = platform.addWorkspace({ reply: () => "ok" });
  await using client = createA2AClient({
    platformUrl: exposure.urlOf?.(new URL(platform.url)) ?? platform.url,
    workspaceId: me.id,
    token: me.token,
    delivery,
    retry: { maxAttempts: MAX_ATTEMPTS, baseDelayMs: 1, maxDelayMs: 1, jitter: 0, budgetMs: BUDGET_MS },
    timeouts: { sendMs: exposure.limitMs ?? 5000, requestMs: 5000 },
    limits: { responseBytes: 4 * 2 ** 20, requestBytes: 32 * 2 ** 20 },
    ...options,
  });
  await failWith(platform, exposure, client, peer);
  const startedAt = performance.now();
  const observed = await client
    .sendA2AMessage(peer.id, exposure.large === true ? LARGE_MESSAGE : "hello")
    .then(fromOutcome, fromError);
  const complete = platform.requests.filter(({ method, path }) => method === "POST" && path.endsWith("/a2a"));
  return {
    ...observed,
    complete: complete.length,
    elapsedMs: performance.now() - startedAt,
    leaked: platform.followedRedirects.length,
  };
}

/** Makes messages fail; a send before that, where the row has to reuse a connection. */
async function failWith(
  platform: TestPlatform,
  { inject, reuseAfterMs }: Exposure,
  client: SendingClient,
  peer: TestWorkspace,
): Promise<void> {
  platform.fail(MESSAGES, inject);
  if (reuseAfterMs === undefined) return;
  await client.sendA2AMessage(peer.id, "first");
  platform.resetRequests();
  await sleep(reuseAfterMs);
}

function fromOutcome(outcome: SendOutcome): Omit<Observed, "complete"> {
  const seen = outcome.kind === "reply" ? { text: outcome.text } : { kind: outcome.kind };
  return { outcome: seen, retryable: false, attempts: outcome.attempts };
}

function fromError({ code, delivery, retryable, attempts }: A2AError): Omit<Observed, "complete"> {
  return { outcome: { code, delivery }, retryable, attempts };
}

/** The outcomes that the table allows. */
export function allowed(expected: Expected | readonly Expected[], mode: DeliveryMode): Observed[] {
  const rows = [expected].flat();
  const isRepeated = (each: Expected) =>
    "code" in each && each.again && (mode === "at-least-once" || each.delivery === "not-sent");
  // Where one outcome of an attempt is repeated, another one may come after it and end the send.
  const ends = rows.some(isRepeated) ? [1, 2, MAX_ATTEMPTS] : [1];
  return rows.flatMap((each): Observed[] => {
    if ("textOfSecond" in each)
      return [mode === "at-least-once" ? answeredSecond(each.textOfSecond) : FIRST_LOST];
    if (!("code" in each))
      return ends.map((attempts) => ({ outcome: each, retryable: false, attempts, complete: attempts }));
    const { code, delivery, held, waitsTooLong = false } = each;
    const retryable = isRepeated(each);
    const counts = retryable ? [waitsTooLong ? 1 : MAX_ATTEMPTS] : ends;
    return counts.map((attempts) => ({
      outcome: { code, delivery },
      retryable,
      attempts,
      complete: held ? attempts : 0,
    }));
  });
}

const answeredSecond = (text: string): Observed => ({
  outcome: { text },
  retryable: false,
  attempts: 2,
  complete: 1,
});
const FIRST_LOST: Observed = {
  outcome: { code: "network", delivery: "maybe" },
  retryable: false,
  attempts: 1,
  complete: 0,
};

/** Whether at-least-once repeats a send in one of the outcomes. */
export function isRetried(expected: Expected | readonly Expected[]): boolean {
  return [expected].flat().some((each) => "textOfSecond" in each || ("again" in each && each.again));
}

/** Invariants of every fault, whatever the table says. */
export function violations(row: FaultRow, { outcome, complete, leaked }: Sent, mode: DeliveryMode): string[] {
  const found: string[] = [];
  const delivery = "delivery" in outcome ? outcome.delivery : undefined;
  if (delivery === "not-sent" && complete > 0 && !REFUSALS.has(row.fault)) {
    found.push(`${nameOf(row)}: \`not-sent\` although the server received a request`);
  }
  if (mode === "at-most-once" && delivery !== "not-sent" && complete > 1) {
    found.push(`${nameOf(row)}: at-most-once, and more than one request`);
  }
  if (leaked > 0) found.push(`${nameOf(row)}: a redirect was followed to another origin`);
  return found;
}

/** The platform has the request, and says that the peer has not. */
const REFUSALS: ReadonlySet<string> = new Set([
  "unauthorized",
  "access-denied",
  "unknown-workspace",
  "wrong-tenant",
  "rate-limited",
  "unreachable",
  "restarting",
  "waking",
]);
