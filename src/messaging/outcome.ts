/** A file in a message, by `uri` or as base64 `bytes`. The client neither fetches nor checks what a peer sends. */
export interface FilePart {
  uri?: string | undefined;
  /** Base64. */
  bytes?: string | undefined;
  name?: string | undefined;
  mimeType?: string | undefined;
  /** Size in bytes, where the peer gives it. */
  size?: number | undefined;
}

/** Facts about a send, whatever its outcome. */
export interface SendReport {
  /** The id of the message, the same on every attempt. */
  messageId: string;
  /** Number of requests, at least 1. */
  attempts: number;
  /** Time from the call to the outcome, in milliseconds. */
  elapsedMs: number;
}

/** How a message was answered, by the peer or by the platform for it. */
export type Outcome =
  | {
      kind: "reply";
      /**
       * All text of the reply, in order: the parts of a message each on a line of its own, those of an artifact as one
       * text. `(no response)` for a reply without parts. What an agent marks as its model's reasoning is left out.
       */
      text: string;
      files: FilePart[];
      /** The data parts, as the peer sent them. */
      data: unknown[];
      taskId?: string | undefined;
      contextId?: string | undefined;
      /** The whole response as parsed JSON. */
      raw: unknown;
    }
  | {
      /** The platform has stored the message for the peer. No reply comes back for it; do not send it again. */
      kind: "queued";
      /** What became of the message, and how its answer can be had. */
      text: string;
      queueId?: string | undefined;
      /** Messages waiting for the peer, this one included. */
      queueDepth?: number | undefined;
      deliveryMode?: string | undefined;
      raw: unknown;
    }
  | {
      /** The peer needs an answer: send another message with the `taskId` and `contextId` of this outcome. */
      kind: "input-required" | "auth-required";
      /** What the peer asks; `""` where it asks with files or data alone. */
      text: string;
      files: FilePart[];
      data: unknown[];
      taskId?: string | undefined;
      contextId?: string | undefined;
      raw: unknown;
    }
  | {
      /** The peer has started a task that is not finished, or whose state this version does not know. */
      kind: "working";
      /** What there is of it so far. */
      text: string;
      files: FilePart[];
      data: unknown[];
      taskId?: string | undefined;
      contextId?: string | undefined;
      raw: unknown;
    };

/** The outcome of `sendA2AMessage`. Failures are thrown as an `A2AError` instead. */
export type SendOutcome = Outcome & SendReport;
