import { isDeepStrictEqual } from "node:util";
import type { Answer } from "./ask";

/** A value; or what can be said of it, as a pattern or a function. */
type Expected = unknown;

const LONGEST_SHOWN = 160;

/** The platform answered, but not so. */
export class Mismatch extends Error {
  override name = "Mismatch";
}

/** The platform gave no occasion to see it. */
export class NotSeen extends Error {
  override name = "NotSeen";
}

/** The status, and some of the fields of a JSON object; what else is in it does not matter. */
export function expectAnswer(
  answer: Answer,
  status: number,
  fields: Readonly<Record<string, Expected>> = {},
): void {
  const body = fieldsOf(answer.json);
  const wrong = Object.entries(fields).filter(([name, expected]) => !fits(body[name], expected));
  if (answer.status === status && wrong.length === 0) return;
  const wanted = wrong.map(([name, expected]) => `${name}: ${shownAs(expected)}`).join(", ");
  throw new Mismatch(`expected ${status}${wanted && ` with ${wanted}`}, got ${shown(answer)}`);
}

/** A refusal with its text. */
export function expectRefusal(answer: Answer, status: number, error: string | RegExp): void {
  expectAnswer(answer, status, { error });
}

/** A status without a body. */
export function expectEmpty(answer: Answer, status: number): void {
  if (answer.status === status && answer.text === "") return;
  throw new Mismatch(`expected ${status} without a body, got ${shown(answer)}`);
}

export function expectThat(holds: boolean, instead: string): void {
  if (!holds) throw new Mismatch(instead);
}

export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  expectThat(
    isDeepStrictEqual(actual, expected),
    `expected ${what} ${shownAs(expected)}, got ${shownAs(actual)}`,
  );
}

/** The rows of an answer that must be a list of objects. */
export function rowsOf(answer: Answer): Record<string, unknown>[] {
  expectAnswer(answer, 200);
  const { json } = answer;
  if (!Array.isArray(json)) throw new Mismatch(`expected an array, got ${shown(answer)}`);
  return json.map(fieldsOf);
}

/** The fields of a JSON object; none of anything else. */
export function fieldsOf(json: unknown): Record<string, unknown> {
  return typeof json === "object" && json !== null && !Array.isArray(json) ? { ...json } : {};
}

/** Words for the usual fields. */
export const isText = (value: unknown): boolean => typeof value === "string";
export const isTextOrNull = (value: unknown): boolean => value === null || isText(value);
export const isFlag = (value: unknown): boolean => typeof value === "boolean";
export const isFilled = (value: unknown): boolean => typeof value === "string" && value !== "";
export const isWhole = (value: unknown): boolean => Number.isInteger(value);
export const isWholeOrNull = (value: unknown): boolean => value === null || isWhole(value);
export const isNumber = (value: unknown): boolean => typeof value === "number";
export const isTime = (value: unknown): boolean => isText(value) && !Number.isNaN(Date.parse(String(value)));
export const isAbsent = (value: unknown): boolean => value === undefined;
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function fits(value: unknown, expected: Expected): boolean {
  if (expected instanceof RegExp) return typeof value === "string" && expected.test(value);
  return typeof expected === "function" ? expected(value) === true : isDeepStrictEqual(value, expected);
}

/** The status and the beginning of the body, in one line. */
export function shown({ status, text }: Answer): string {
  return `${status} ${text === "" ? "without a body" : text.slice(0, LONGEST_SHOWN).replace(/\s+/g, " ")}`;
}

function shownAs(value: Expected): string {
  if (value instanceof RegExp) return String(value);
  return typeof value === "function" ? value.name : (JSON.stringify(value) ?? "nothing");
}
