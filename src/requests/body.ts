import { A2AError, invalidArgument } from "../errors";
import { utf8Length } from "../text/byte-length";
import { serializeJson } from "../text/serialize-json";

/**
 * The body of a request as JSON text. Throws `invalid_argument` for what JSON cannot hold, and `too_large` above
 * `maxBytes` in UTF-8.
 */
export function serializeBody(body: unknown, maxBytes: number): string | undefined {
  if (body === undefined) return undefined;
  const json = stringify(body);
  if (json === undefined) throw invalidArgument("Expected `body` to be a value that JSON can hold.");
  const bytes = utf8Length(json);
  if (bytes <= maxBytes) return json;
  throw new A2AError({
    code: "too_large",
    message: `The body has ${bytes} bytes as JSON; the limit is ${maxBytes} (\`limits.requestBytes\`). Nothing was sent.`,
  });
}

/** Values that are circular, or too large a number for JSON, are `undefined` here as functions are. */
function stringify(body: unknown): string | undefined {
  try {
    return serializeJson(body);
  } catch {
    return undefined;
  }
}
