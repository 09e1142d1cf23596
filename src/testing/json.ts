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
