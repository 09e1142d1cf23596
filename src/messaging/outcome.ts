/** A file in a reply. It has a `uri` or base64 `bytes`, as the peer chose; neither is fetched or checked. */
export interface FilePart {
  uri?: string | undefined;
  /** Base64. */
  bytes?: string | undefined;
  name?: string | undefined;
  mimeType?: string | undefined;
  /** Bytes, where the peer said so. */
  size?: number | undefined;
}

/** How a send went, beside what came of it. */
export interface SendReport {
  /** The identity of the message; the same on every attempt. */
  messageId: string;
  /** Requests made, 1 or more. */
  attempts: number;
  /** Milliseconds from the call to the outcome. */
  elapsedMs: number;
}

/** What a peer, or the platform in its place, made of a message. */
export type Outcome =
  | {
      kind: "reply";
      /** All text of the answer, in order, joined with line feeds; `(no response)` for an answer without parts. */
      text: string;
      files: FilePart[];
      /** Structured parts, as sent. */
      data: unknown[];
      taskId?: string | undefined;
      contextId?: string | undefined;
      /** The whole answer, parsed. */
      raw: unknown;
    }
  | {
      /** Accepted and stored: the peer gets the message later, and nothing more comes back. Do not send it again. */
      kind: "queued";
      text: string;
      queueId?: string | undefined;
      /** Messages waiting for the peer, this one included. */
      queueDepth?: number | undefined;
      deliveryMode?: string | undefined;
      raw: unknown;
    }
  | {
      /** The peer asks something back: answer with another message that carries its `taskId` and `contextId`. */
      kind: "input-required" | "auth-required";
      text: string;
      taskId?: string | undefined;
      contextId?: string | undefined;
      raw: unknown;
    }
  | {
      /** A task the peer has begun and not finished. */
      kind: "working";
      text: string;
      taskId?: string | undefined;
      contextId?: string | undefined;
      raw: unknown;
    };

/** The outcome of `sendA2AMessage`. Failures are thrown as an `A2AError` instead. */
export type SendOutcome = Outcome & SendReport;
