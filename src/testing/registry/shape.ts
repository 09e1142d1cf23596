import { isObject } from "../json";

/** Says of each known field what it may hold. Unknown fields are ignored. */
export type Shape = Record<string, (value: unknown) => boolean>;

/** Whether a body can be read. As the platform's decoder has it, null counts as absent. */
export function hasShape(body: unknown, shape: Shape): boolean {
  return (
    isObject(body) &&
    Object.entries(shape).every(([name, fits]) => {
      const value = body[name];
      return value === undefined || value === null || fits(value);
    })
  );
}

export const isText = (value: unknown): boolean => typeof value === "string";
export const isNumber = (value: unknown): boolean => typeof value === "number";

const LARGEST_INTEGER = 2 ** 63;

/** A fraction, and what is too large for 64 bits, is no integer to the platform's decoder. */
export function isInteger(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && Math.abs(value) < LARGEST_INTEGER;
}

/** A map from names to true or false. */
export function isFlags(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((flag) => typeof flag === "boolean" || flag === null);
}
