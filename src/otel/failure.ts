import { isA2AError } from "../errors";
import { type Attributes, type Span, SpanStatusCode } from "./api";
import { ATTEMPTS, DELIVERY, ERROR_TYPE, HTTP_STATUS, OUTCOME } from "./names";
import { cutText } from "./text";

/**
 * The class of an error: the code of JSON-RPC where the peer has answered with one, else the code of the error, else
 * its name.
 */
function errorType(error: unknown): string {
  if (isA2AError(error)) return error.rpcCode === undefined ? error.code : String(error.rpcCode);
  return error instanceof Error ? error.name : "_OTHER";
}

/** The same for metrics: never the code of JSON-RPC, of which a peer may invent any number. */
export const metricErrorType = (error: unknown): string =>
  isA2AError(error) ? error.code : errorType(error);

/** What metrics have of a failed call of a client, which rejects with an `A2AError` unless its caller ends it. */
export const callErrorType = (error: unknown): string =>
  isA2AError(error) ? metricErrorType(error) : "aborted";

/** Marks the span of a call of a client that has failed. What its caller has ended is no error. */
export function recordCallFailure(span: Span, error: unknown, recordContent: boolean): void {
  if (isA2AError(error)) recordFailure(span, error, recordContent);
  else span.setAttribute(OUTCOME, "aborted");
}

/** Marks the span of what has failed. */
export function recordFailure(span: Span, error: unknown, recordContent: boolean): void {
  span.setAttributes({ [ERROR_TYPE]: errorType(error), ...factsOf(error) });
  const message = recordContent && error instanceof Error ? cutText(error.message) : undefined;
  span.setStatus({ code: SpanStatusCode.ERROR, ...(message === undefined ? {} : { message }) });
}

function factsOf(error: unknown): Attributes {
  if (!isA2AError(error)) return {};
  return {
    [OUTCOME]: error.code,
    [DELIVERY]: error.delivery,
    [ATTEMPTS]: error.attempts,
    ...(error.status === undefined ? {} : { [HTTP_STATUS]: error.status }),
  };
}
