import { afterAll, beforeAll, expect, it } from "vitest";
import { runTsx } from "../helpers/run-tsx";
import { type InstalledPackage, installPackage } from "./installed";

let installed: InstalledPackage;
beforeAll(async () => {
  installed = await installPackage();
}, 120_000);
afterAll(() => installed?.remove());

const run = async (...args: string[]) => {
  const { code, stdout, stderr } = await runTsx("bench/faults/main.ts", [
    "--short",
    "--json",
    "--package",
    installed.file(),
    ...args,
  ]);
  const lines = stdout.split("\n").filter((line) => line !== "");
  return { code, stderr, lines: lines.map((line): Record<string, unknown> => JSON.parse(line)) };
};

it("the built package survives every fault of the short run", { timeout: 180_000 }, async () => {
  const { code, stderr, lines } = await run();
  const sum = lines.at(-1);
  expect(lines.filter(({ verdict }) => verdict === "violated")).toEqual([]);
  expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  expect(sum).toMatchObject({ violated: 0 });
  expect(Number(sum?.survived)).toBeGreaterThan(190);
  // What is not run is said, with its reason.
  for (const { verdict, result } of lines) if (verdict === "not run") expect(result).not.toBe("");
});

it("refuses a section that does not exist, and names those that do", async () => {
  const { code, stderr } = await run("--only", "nothing");
  expect(code).not.toBe(0);
  expect(stderr).toContain("Unknown section `nothing`, known are classification, load,");
});
