import type { ResponseHead } from "../transport/response";

/** A request whose response is read while it comes. Each callback may be called until the request is closed. */
export interface StreamRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The head of the response. */
  onHead(head: ResponseHead): void;
  /** A piece of the body, decoded as UTF-8. */
  onText(text: string): void;
  /** The response, or the way to it, has ended. Called once, and not after the request is closed. */
  onEnd(reason: string): void;
}

/** Makes the request at once. Returns the function that closes it. Never throws. */
export type OpenStream = (request: StreamRequest) => () => void;
