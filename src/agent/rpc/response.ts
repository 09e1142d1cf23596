import type { JsonRecord } from "../../text/json";
import { serializeJson } from "../../text/serialize-json";
import type { RpcError } from "./errors";
import type { ReplyAddress } from "./request";

const HEADERS = { "content-type": "application/json", "cache-control": "no-store" };

/** A JSON-RPC result. */
export const resultResponse = ({ id }: ReplyAddress, result: JsonRecord): Response =>
  respond({ jsonrpc: "2.0", id, result });

/**
 * A JSON-RPC error. With status 200 unless HTTP itself has a status for it: the platform replaces the body of any other
 * status by its name, and the sender would not learn what is wrong.
 */
export function errorResponse(
  { id, version }: ReplyAddress,
  error: RpcError,
  init?: { status: number; headers?: Record<string, string> },
): Response {
  const { code, message, reason, ran } = error;
  const data =
    version === "1.0"
      ? [
          {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            reason,
            domain: "a2a-protocol.org",
            metadata: { ran: String(ran) },
          },
        ]
      : { ran };
  return respond({ jsonrpc: "2.0", id, error: { code, message, data } }, init);
}

/**
 * The answer to a new message while the agent does not take any. In the platform's own words, which its senders and its
 * delegations read as: nothing was delivered, send it again.
 */
export const unavailableResponse = (headers: Record<string, string> = {}): Response =>
  respond({ error: "failed to reach workspace agent" }, { status: 502, headers });

/** When a message that found the agent full is to be sent again, in seconds. */
const FULL_RETRY_SECONDS = 5;

/**
 * The same answer while as many messages are worked on as the agent takes. The platform passes on status and text alone,
 * and a 503 with a text of the agent's would leave open whether the message was taken. The header is for who calls
 * the agent without a platform.
 */
export const fullResponse = (): Response =>
  unavailableResponse({ "retry-after": String(FULL_RETRY_SECONDS) });

function respond(body: unknown, init?: { status: number; headers?: Record<string, string> }): Response {
  return new Response(serializeJson(body), {
    status: init?.status ?? 200,
    headers: { ...HEADERS, ...init?.headers },
  });
}
