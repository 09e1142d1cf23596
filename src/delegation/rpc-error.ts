import { isRecord, parseJson } from "../text/json";

/**
 * What went wrong, if a peer's answer is a JSON-RPC error: the platform counts every answer as a completed
 * delegation, this one too, and shows its beginning as the result. `undefined` for anything else.
 */
export function parseRpcError(preview: string): string | undefined {
  if (!/^\s*\{/.test(preview)) return undefined;
  const parsed = parseJson(preview);
  if (parsed.ok) {
    const { jsonrpc, error } = parsed.value as { jsonrpc?: unknown; error?: unknown };
    return jsonrpc === "2.0" && isRecord(error) ? explained(error.code, error.message) : undefined;
  }
  const isError = /"jsonrpc"\s*:\s*"2\.0"/.test(preview) && /"error"\s*:\s*\{/.test(preview);
  if (!isError || /"result"\s*:/.test(preview)) return undefined;
  // The preview is cut, so the pieces are looked for singly.
  return explained(Number(/"code"\s*:\s*(-?\d+)/.exec(preview)?.[1]), textIn(preview));
}

function textIn(preview: string): string | undefined {
  const found = /"message"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(preview)?.[1];
  const parsed = found === undefined ? undefined : parseJson(found);
  return parsed?.ok ? String(parsed.value) : undefined;
}

function explained(code: unknown, message: unknown): string {
  const number = typeof code === "number" && !Number.isNaN(code) ? ` ${code}` : "";
  const text = typeof message === "string" && message !== "" ? `: ${message}` : "";
  return `The peer answered with a JSON-RPC error${number}${text}`;
}
