import type { PropertySchema, ToolAnnotations } from "./tool";

// Arguments that several tools have. The longest text stays below what the platform takes in one message.

export const MAX_TEXT = 1_000_000;

/** The longest that a tool waits for a message, in seconds. */
export const MAX_WAIT_SECS = 60;

export const PEER_ID: PropertySchema = {
  type: "string",
  description: "Id of the peer: the UUID that list_peers shows as workspace_id. Not the peer's name.",
  minLength: 1,
  maxLength: 200,
};

export const SOURCE: PropertySchema = {
  type: "string",
  description:
    "Own workspace to act for, as a UUID or its first 8 characters. Leave it out unless list_peers shows peers of several workspaces (via) and you have to choose one.",
  maxLength: 200,
};

export const TASK: PropertySchema = {
  type: "string",
  description:
    "What the peer is to do, in full: it knows nothing of this conversation. Include the goal, the facts, the form of the answer.",
  minLength: 1,
  maxLength: MAX_TEXT,
};

export const READS: ToolAnnotations = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: true,
};

/** Adds something that cannot be taken back: a message, a task. */
export const SENDS: ToolAnnotations = {
  readOnlyHint: false,
  destructiveHint: false,
  idempotentHint: false,
  openWorldHint: true,
};
