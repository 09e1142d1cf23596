import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { faultKinds } from "a2a-peers/testing";
import { expect, it } from "vitest";

const read = (path: string) => readFileSync(resolve(import.meta.dirname, "../../..", path), "utf8");
const sorted = (entries: readonly (readonly [string, string])[]) =>
  Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));

/** The sentence of each kind in the source. */
function commentsOfKinds(): [string, string][] {
  const text = read("src/testing/faults/kinds.ts");
  const found = text.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*\| "([^"]+)"/g);
  return [...found].map(([, comment = "", kind = ""]) => [
    kind,
    comment
      .replaceAll(/\n\s*\*/g, " ")
      .trim()
      .replaceAll(/\s+/g, " "),
  ]);
}

/** The rows of the section on faults. */
function documentedKinds(): [string, string][] {
  const section = read("docs/testing.md").split("## Faults")[1]?.split("\n## ")[0] ?? "";
  return [...section.matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)].map(([, kind = "", text = ""]) => [kind, text]);
}

it("the page on testing has a line for each kind of fault, in the words of the type", () => {
  expect(
    documentedKinds()
      .map(([kind]) => kind)
      .sort(),
  ).toEqual([...faultKinds].sort());
  expect(sorted(documentedKinds())).toEqual(sorted(commentsOfKinds()));
});
