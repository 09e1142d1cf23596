import { isRecord, type JsonRecord } from "../text/json";

/** The first of these members that is text. Versions and serializers of A2A name one member differently. */
export function firstString(holder: JsonRecord, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = holder[name];
    if (typeof value === "string") return value;
  }
  return undefined;
}

/** The first of these members that is an object. */
export function firstRecord(holder: JsonRecord, ...names: readonly string[]): JsonRecord | undefined {
  for (const name of names) {
    const value = holder[name];
    if (isRecord(value)) return value;
  }
  return undefined;
}
