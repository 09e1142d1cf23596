export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Parses a JSON text; undefined, which no JSON text is, for anything else. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The text of a JSON value, nested as deep as it may be: `JSON.stringify` runs out of stack at some thousand levels. */
export function stringifyJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return stringifyDeep(value);
    throw error;
  }
}

function stringifyDeep(root: unknown): string {
  const texts: string[] = [];
  const waiting: ({ readonly text: string } | { readonly value: unknown })[] = [{ value: root }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if ("text" in next) texts.push(next.text);
    else if (Array.isArray(next.value)) {
      texts.push("[");
      waiting.push({ text: "]" }, ...separate(next.value.map((value) => [{ value }])));
    } else if (isObject(next.value)) {
      texts.push("{");
      const entries = Object.entries(next.value).filter(([, value]) => value !== undefined);
      const fields = entries.map(([name, value]) => [{ value }, { text: `${JSON.stringify(name)}:` }]);
      waiting.push({ text: "}" }, ...separate(fields));
    } else texts.push(JSON.stringify(next.value) ?? "null");
  }
  return texts.join("");
}

/** Puts commas between groups, and the first group last, because the last one is written first. */
function separate<T>(groups: readonly T[][]): (T | { readonly text: string })[] {
  return groups.toReversed().flatMap((group, index) => (index === 0 ? group : [{ text: "," }, ...group]));
}

/** A check for each known field of a body; unknown fields are ignored. */
export type Shape = Record<string, (value: unknown) => boolean>;

/** Whether a body is an object whose fields pass their checks. As in the platform's decoder, null counts as absent. */
export function hasShape(body: unknown, shape: Shape): boolean {
  return (
    isObject(body) &&
    Object.entries(shape).every(([name, isValid]) => {
      const value = body[name];
      return value === undefined || value === null || isValid(value);
    })
  );
}

export const isText = (value: unknown): boolean => typeof value === "string";
export const isNumber = (value: unknown): boolean => typeof value === "number";

const MAX_INTEGER = 2 ** 63;

/** Whether the platform's decoder takes a number as an integer: no fraction, and within 64 bits. */
export function isInteger(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && Math.abs(value) < MAX_INTEGER;
}

/** Whether a value is a map from names to booleans. */
export function isFlags(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((flag) => typeof flag === "boolean" || flag === null);
}
