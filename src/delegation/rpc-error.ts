import { parseJson } from "../text/json";

/**
 * Describes the JSON-RPC error in a preview that is cut off and so is no JSON; `undefined` for a preview that holds
 * none. The platform reports every answer of a peer as a completed delegation, a JSON-RPC error included.
 */
export function parseRpcError(preview: string): string | undefined {
  if (!/^\s*\{/.test(preview)) return undefined;
  const isError = /"jsonrpc"\s*:\s*"2\.0"/.test(preview) && /"error"\s*:\s*\{/.test(preview);
  if (!isError || /"result"\s*:/.test(preview)) return undefined;
  return describeRpcError(Number(/"code"\s*:\s*(-?\d+)/.exec(preview)?.[1]), findMessage(preview));
}

function findMessage(preview: string): string | undefined {
  const found = /"message"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(preview)?.[1];
  const parsed = found === undefined ? undefined : parseJson(found);
  return parsed?.ok ? String(parsed.value) : undefined;
}

function describeRpcError(code: unknown, message: unknown): string {
  const number = typeof code === "number" && !Number.isNaN(code) ? ` ${code}` : "";
  const text = typeof message === "string" && message !== "" ? `: ${message}` : "";
  return `The peer answered with a JSON-RPC error${number}${text}`;
}
