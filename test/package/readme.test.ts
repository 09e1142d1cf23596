import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type InstalledPackage, installPackage } from "./installed";

let installed: InstalledPackage;
beforeAll(async () => {
  installed = await installPackage();
}, 120_000);
afterAll(() => installed?.remove());

const readme = readFileSync(resolve(import.meta.dirname, "../../README.md"), "utf8");
const blocks = [...readme.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code = ""]) => code);

it("has TypeScript in the README", () => {
  expect(blocks.length).toBeGreaterThan(3);
});

it("compiles every code block of the README against the packed package", async () => {
  const files = await Promise.all(
    blocks.map((code, index) => installed.write(`block-${index + 1}.mts`, `${code}\nexport {};\n`)),
  );
  const options = ["--strict", "--noEmit", "--target", "es2022", "--module", "nodenext", "--types", "node"];
  expect(await installed.tsc(...options, "--lib", "ES2023,ESNext.Disposable", ...files)).toBe("");
});
