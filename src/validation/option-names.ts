import type { Reject } from "./options";

/** The names of the options `Options`, for {@link checkOptionNames}: the compiler keeps them complete. */
export type OptionNames<Options> = { readonly [Name in keyof Required<Options>]: true };

/**
 * Throws what `reject` creates for a name that is not one of `known`, which is most often a typing error that would go
 * unnoticed otherwise. Names whose value is `undefined` count as left out. `prefix` stands before the name in the
 * message, as in `retry.`; `elsewhere` are names of other levels, in full, that the message may suggest.
 */
export function checkOptionNames(
  options: object,
  known: Readonly<Record<string, true>>,
  reject: Reject,
  prefix = "",
  elsewhere: readonly string[] = [],
): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || Object.hasOwn(known, name)) continue;
    const names = Object.keys(known).map((each) => prefix + each);
    const nearest = findNearest(name, [...names, ...elsewhere]);
    const advice =
      nearest === undefined ? `The options are ${names.join(", ")}.` : `Did you mean \`${nearest}\`?`;
    // Cut, because a name may be as long as its author likes.
    throw reject(`There is no option \`${prefix}${name.slice(0, 60)}\`. ${advice}`);
  }
}

/** The name that is most like `name`, if one is similar enough to be what was meant. */
export function findNearest(name: string, candidates: readonly string[]): string | undefined {
  let nearest: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const own = candidate.slice(candidate.lastIndexOf(".") + 1);
    const [a, b] = [name.slice(0, 60).toLowerCase(), own.toLowerCase()];
    const distance = editDistance(a, b);
    // Three edits are another ending ("retries" for "retry") or another word.
    const most = a.slice(0, 4) === b.slice(0, 4) ? 3 : Math.min(2, own.length * 0.4);
    if (distance <= most && distance < (nearest?.distance ?? 4)) nearest = { candidate, distance };
  }
  return nearest?.candidate;
}

/** Insertions, deletions and replacements of one character that make `a` of `b`. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
