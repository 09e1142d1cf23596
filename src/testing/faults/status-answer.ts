import type { RequestFault } from "./fault-action";

/** A well-formed answer in the platform's place. */
export function statusAnswer(status: number, headers: Record<string, string>, body: unknown): RequestFault {
  const { bytes, type } = encode(body);
  return {
    at: "request",
    run(response) {
      response.statusCode = status;
      if (type !== undefined) response.setHeader("content-type", type);
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      response.end(bytes);
    },
  };
}

function encode(body: unknown): { bytes: string | Uint8Array; type?: string } {
  if (body === undefined) return { bytes: "" };
  if (typeof body === "string") return { bytes: body, type: "text/plain; charset=utf-8" };
  if (body instanceof Uint8Array) return { bytes: body, type: "application/octet-stream" };
  return { bytes: JSON.stringify(body) ?? "", type: "application/json; charset=utf-8" };
}
