import type { A2AErrorCode } from "../errors";

// What several events have in common.

/** Of an event about one own workspace. */
export interface WorkspaceFields {
  /** Id of the own workspace. */
  workspaceId: string;
}

/** Of an event about one message. */
export interface MessageFields {
  /** Id of the message, the same over all its attempts. */
  messageId: string;
}

/** Of an event about a message to a peer. */
export interface PeerFields {
  /** Id of the peer that the message is for. */
  peerId: string;
}

/** Of an event that has a reason. */
export interface ReasonFields {
  /** Why, as text for people. It holds no secret. */
  reason: string;
}

/** Of an event about an error. */
export interface CodeFields {
  /** The code of the error. */
  code: A2AErrorCode;
}

/** Of an event about failures that repeat. */
export interface ConsecutiveFields {
  /** Failures in a row, this one included. */
  consecutive: number;
}

/** Of an event about a response. */
export interface StatusFields {
  /** HTTP status of the response, if there was one. */
  status?: number;
}
