import { isObject, parseJson } from "../json";

/**
 * What the platform takes for the result of a delegation: the first text among the parts, else among the parts of
 * the artifacts, of the sort `kind: "text"`. For everything else it takes the whole answer.
 */
export function replyText(answer: string): string {
  const body = parseJson(answer);
  const result = isObject(body) && isObject(body.result) ? body.result : {};
  const holders = [result, ...listOf(result.artifacts)];
  for (const holder of holders) {
    const parts = isObject(holder) ? listOf(holder.parts) : [];
    for (const part of parts) {
      if (isObject(part) && part.kind === "text" && typeof part.text === "string") return part.text;
    }
  }
  return answer;
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
