import { utf8Length } from "../../text/byte-length";

export type BodyProblem = "too-large" | "not-text" | "incomplete";

export type ReadBody = { ok: true; text: string } | { ok: false; problem: BodyProblem };

/** Reads the body of a request as UTF-8, at most `maxBytes` of it. Never rejects. */
export async function readBody(request: Request, maxBytes: number): Promise<ReadBody> {
  const stated = Number(request.headers.get("content-length") ?? Number.NaN);
  if (stated > maxBytes) return { ok: false, problem: "too-large" };
  try {
    const { body } = request;
    // Requests of some libraries have no stream.
    if (typeof body?.getReader !== "function") return checkLength(await request.text(), maxBytes);
    return decode(await readChunks(body.getReader(), maxBytes));
  } catch {
    return { ok: false, problem: "incomplete" };
  }
}

const checkLength = (text: string, maxBytes: number): ReadBody =>
  utf8Length(text) > maxBytes ? { ok: false, problem: "too-large" } : { ok: true, text };

/** The bytes, or `undefined` for more than `maxBytes`. */
async function readChunks(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array[] | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return chunks;
    length += value.byteLength;
    if (length > maxBytes) {
      // Not awaited: the rest of the body may never come.
      reader.cancel().catch(() => {});
      return undefined;
    }
    chunks.push(value);
  }
}

function decode(chunks: readonly Uint8Array[] | undefined): ReadBody {
  if (chunks === undefined) return { ok: false, problem: "too-large" };
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    const texts = chunks.map((chunk) => decoder.decode(chunk, { stream: true }));
    return { ok: true, text: texts.join("") + decoder.decode() };
  } catch {
    return { ok: false, problem: "not-text" };
  }
}
