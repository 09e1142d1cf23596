import { quote } from "../text/format";
import { isRecord } from "../text/json";
import { toSingleLine } from "../text/sanitize";
import { findNearest } from "../validation/option-names";
import type { JsonSchema, PropertySchema } from "./tool";

/** The arguments that a tool may use, or what is wrong with them, as sentences for the model. */
export type CheckedInput = { ok: true; input: object } | { ok: false; problem: string };

/**
 * Checks what a model gave as arguments against the schema of a tool. `null` and blank text count as left out where an
 * argument is optional, because many models fill in every argument they are shown.
 */
export function checkInput(schema: JsonSchema, given: unknown): CheckedInput {
  const value = given === undefined || given === null ? {} : given;
  if (!isRecord(value)) {
    return { ok: false, problem: `The arguments have to be a JSON object, got ${quote(value)}.` };
  }
  const names = Object.keys(schema.properties);
  const input: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, argument] of Object.entries(value)) {
    const property = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
    if (property === undefined) {
      problems.push(unknownArgument(name, names));
      continue;
    }
    if (isLeftOut(argument)) continue;
    const problem = checkValue(name, property, argument);
    if (problem === undefined) input[name] = argument;
    else problems.push(problem);
  }
  for (const name of schema.required) {
    if (!isLeftOut(value[name])) continue;
    problems.push(`\`${name}\` is missing: ${schema.properties[name]?.description ?? ""}`);
  }
  return problems.length === 0 ? { ok: true, input } : { ok: false, problem: problems.join(" ") };
}

const isLeftOut = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === "string" && value.trim() === "");

function unknownArgument(name: string, names: readonly string[]): string {
  const shown = toSingleLine(name, 60);
  const nearest = findNearest(name, names);
  if (nearest !== undefined) return `There is no argument \`${shown}\`. Did you mean \`${nearest}\`?`;
  const known =
    names.length === 0
      ? "This tool takes none."
      : `The arguments are ${names.map((each) => `\`${each}\``).join(", ")}.`;
  return `There is no argument \`${shown}\`. ${known}`;
}

function checkValue(name: string, property: PropertySchema, value: unknown): string | undefined {
  switch (property.type) {
    case "string":
      return checkText(name, property, value);
    case "integer":
      return checkInteger(name, property, value);
    case "array":
      return checkList(name, property, value);
  }
}

function checkText(name: string, property: PropertySchema, value: unknown): string | undefined {
  const { maxLength, pattern, enum: choices, description } = property;
  if (typeof value !== "string") return `\`${name}\` has to be text, got ${quote(value)}.`;
  if (choices !== undefined && !choices.includes(value)) {
    return `\`${name}\` has to be ${choices.join(", ").replace(/, ([^,]*)$/, " or $1")}, got ${quote(value)}.`;
  }
  if (pattern !== undefined && !new RegExp(pattern).test(value)) {
    return `\`${name}\` does not have the right form, got ${quote(value)}: ${description}`;
  }
  if (maxLength === undefined || value.length <= maxLength) return undefined;
  return `\`${name}\` is too long: at most ${maxLength} characters, got ${value.length}.`;
}

function checkInteger(name: string, { minimum = 0, maximum }: PropertySchema, value: unknown) {
  const isInRange =
    Number.isInteger(value) &&
    (value as number) >= minimum &&
    (maximum === undefined || (value as number) <= maximum);
  if (isInRange) return undefined;
  return `\`${name}\` has to be a whole number from ${minimum} to ${maximum}, got ${quote(value)}.`;
}

function checkList(name: string, { items, maxItems }: PropertySchema, value: unknown) {
  if (!Array.isArray(value)) return `\`${name}\` has to be a list, got ${quote(value)}.`;
  if (maxItems !== undefined && value.length > maxItems) {
    return `\`${name}\` is too long: at most ${maxItems} entries, got ${value.length}.`;
  }
  const wrong = value.find((item) => isLeftOut(item) || typeof item !== "string");
  if (wrong !== undefined || value.includes(undefined) || value.includes(null)) {
    return `Each entry of \`${name}\` has to be text, got ${quote(wrong)}.`;
  }
  const tooLong = value.some((item: string) => items !== undefined && item.length > items.maxLength);
  return tooLong ? `An entry of \`${name}\` is too long: at most ${items?.maxLength} characters.` : undefined;
}
