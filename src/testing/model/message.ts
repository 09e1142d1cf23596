import type { JsonObject } from "../json";

/** A message as an agent receives it. */
export interface IncomingMessage {
  /** Id of the sending workspace; null without `X-Workspace-ID` (a human at the canvas). */
  from: string | null;
  /** The texts of all text parts, concatenated without a separator. */
  text: string;
  /** `params.message.messageId`; empty when it is not a string. */
  messageId: string;
  /** The JSON-RPC request as the platform forwards it. */
  body: unknown;
}

/**
 * An agent as a function. A string becomes a message with one text part, an object the JSON-RPC `result`, an object
 * with its own `jsonrpc` the whole response, and an `agentFault` fails as it says. A throw becomes the JSON-RPC error -32603, still with HTTP 200.
 */
export type Reply = (message: IncomingMessage) => string | object | Promise<string | object>;

/** A message in the queue of its target, or one that has left it. */
export interface QueuedMessage {
  readonly id: string;
  readonly targetId: string;
  /** `params.message.messageId`, the key of de-duplication when it is a string. */
  readonly messageId: unknown;
  /** Id of the sending workspace; null for a human. */
  readonly from: string | null;
  readonly request: JsonObject;
  readonly enqueuedAt: string;
  /** Clock time in milliseconds; null without expiry. */
  readonly expiresAt: number | null;
  /** A dispatched message still takes part in de-duplication. */
  status: "queued" | "dispatched" | "completed" | "failed";
  attempts: number;
  dispatchedAt: string | null;
  completedAt: string | null;
  lastError: string | null;
  /** What the agent answered; absent until then. */
  response?: unknown;
}
