/** A file in a message, by `uri` or as base64 `bytes`. The client neither fetches nor checks what a peer sends. */
export interface FilePart {
  /** Where the file is. Written by the peer: it is never fetched. */
  uri?: string | undefined;
  /** Base64. */
  bytes?: string | undefined;
  /** Name of the file, as the peer gives it. */
  name?: string | undefined;
  /** Type of the content, as the peer gives it. */
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
      /** The peer has answered, or finished the task. */
      kind: "reply";
      /**
       * All text of the reply, in order: the parts of a message each on a line of its own, those of an artifact as one
       * text. `(no response)` for a reply without parts. What an agent marks as its model's reasoning is left out.
       */
      text: string;
      /** The files of the answer, in order. */
      files: FilePart[];
      /** The data parts, as the peer sent them. */
      data: unknown[];
      /** Id of the peer's task, where the answer names one. */
      taskId?: string | undefined;
      /** Id of the conversation, where the answer names one. */
      contextId?: string | undefined;
      /** The whole response as parsed JSON. */
      raw: unknown;
    }
  | {
      /** The platform has stored the message for the peer. No reply comes back for it; do not send it again. */
      kind: "queued";
      /** What became of the message, and how its answer can be had. */
      text: string;
      /** Id under which the platform has queued the message. */
      queueId?: string | undefined;
      /** Messages waiting for the peer, this one included. */
      queueDepth?: number | undefined;
      /** `poll` for a peer that fetches its messages itself. */
      deliveryMode?: string | undefined;
      /** The whole response as parsed JSON. */
      raw: unknown;
    }
  | {
      /** The peer needs an answer: send another message with the `taskId` and `contextId` of this outcome. */
      kind: "input-required" | "auth-required";
      /** What the peer asks; `""` where it asks with files or data alone. */
      text: string;
      /** The files of the answer, in order. */
      files: FilePart[];
      /** The data parts, as the peer sent them. */
      data: unknown[];
      /** Id of the peer's task, where the answer names one. */
      taskId?: string | undefined;
      /** Id of the conversation, where the answer names one. */
      contextId?: string | undefined;
      /** The whole response as parsed JSON. */
      raw: unknown;
    }
  | {
      /** The peer has started a task that is not finished, or whose state this version does not know. */
      kind: "working";
      /** What there is of it so far. */
      text: string;
      /** The files of the answer, in order. */
      files: FilePart[];
      /** The data parts, as the peer sent them. */
      data: unknown[];
      /** Id of the peer's task, where the answer names one. */
      taskId?: string | undefined;
      /** Id of the conversation, where the answer names one. */
      contextId?: string | undefined;
      /** The whole response as parsed JSON. */
      raw: unknown;
    };

/** The outcome of `sendA2AMessage`. Failures are thrown as an `A2AError` instead. */
export type SendOutcome = Outcome & SendReport;
