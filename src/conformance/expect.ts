import { isDeepStrictEqual } from "node:util";
import type { HttpResponse } from "./http";

/** A value, a pattern of a string, or a predicate. */
type Expected = unknown;

const MAX_QUOTE_LENGTH = 160;

/** The platform responded, but not as expected. */
export class Mismatch extends Error {
  override name = "Mismatch";
}

/** The platform offers no way to observe the behaviour. */
export class NotObservable extends Error {
  override name = "NotObservable";
}

/** Checks the status and the given fields of a JSON object; other fields are ignored. */
export function expectResponse(
  response: HttpResponse,
  status: number,
  fields: Readonly<Record<string, Expected>> = {},
): void {
  const body = readFields(response.json);
  const wrong = Object.entries(fields).filter(([name, expected]) => !matches(body[name], expected));
  if (response.status === status && wrong.length === 0) return;
  const wanted = wrong.map(([name, expected]) => `${name}: ${describeValue(expected)}`).join(", ");
  throw new Mismatch(`expected ${status}${wanted && ` with ${wanted}`}, got ${describeResponse(response)}`);
}

/** Checks the status and the `error` field. */
export function expectError(response: HttpResponse, status: number, error: string | RegExp): void {
  expectResponse(response, status, { error });
}

/** Checks the status and that the body is empty. */
export function expectEmptyBody(response: HttpResponse, status: number): void {
  if (response.status === status && response.text === "") return;
  throw new Mismatch(`expected ${status} without a body, got ${describeResponse(response)}`);
}

export function expectThat(condition: boolean, message: string): void {
  if (!condition) throw new Mismatch(message);
}

export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  expectThat(
    isDeepStrictEqual(actual, expected),
    `expected ${what} ${describeValue(expected)}, got ${describeValue(actual)}`,
  );
}

/** The rows of a response whose body must be an array of objects. */
export function readRows(response: HttpResponse): Record<string, unknown>[] {
  expectResponse(response, 200);
  const { json } = response;
  if (!Array.isArray(json)) throw new Mismatch(`expected an array, got ${describeResponse(response)}`);
  return json.map(readFields);
}

/** The fields of a JSON object; empty for any other value. */
export function readFields(json: unknown): Record<string, unknown> {
  return typeof json === "object" && json !== null && !Array.isArray(json) ? { ...json } : {};
}

// Predicates for fields; their names appear in notes.
export const isString = (value: unknown): boolean => typeof value === "string";
export const isStringOrNull = (value: unknown): boolean => value === null || isString(value);
export const isBoolean = (value: unknown): boolean => typeof value === "boolean";
export const isNonEmptyString = (value: unknown): boolean => typeof value === "string" && value !== "";
export const isInteger = (value: unknown): boolean => Number.isInteger(value);
export const isIntegerOrNull = (value: unknown): boolean => value === null || isInteger(value);
export const isNumber = (value: unknown): boolean => typeof value === "number";
export const isTime = (value: unknown): boolean =>
  isString(value) && !Number.isNaN(Date.parse(String(value)));
export const isAbsent = (value: unknown): boolean => value === undefined;
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function matches(value: unknown, expected: Expected): boolean {
  if (expected instanceof RegExp) return typeof value === "string" && expected.test(value);
  return typeof expected === "function" ? expected(value) === true : isDeepStrictEqual(value, expected);
}

/** The status and the first 160 characters of the body, in one line. */
export function describeResponse({ status, text }: HttpResponse): string {
  return `${status} ${text === "" ? "without a body" : text.slice(0, MAX_QUOTE_LENGTH).replace(/\s+/g, " ")}`;
}

function describeValue(value: Expected): string {
  if (value instanceof RegExp) return String(value);
  return typeof value === "function" ? value.name : (JSON.stringify(value) ?? "nothing");
}
