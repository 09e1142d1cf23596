import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { findReleaseProblems, type Release } from "../scripts/check-release";

const ROOT = resolve(import.meta.dirname, "..");
const GOOD: Release = {
  tag: "v1.2.3",
  manifest: { version: "1.2.3", repository: { type: "git" }, publishConfig: { provenance: true } },
  lockfile: { version: "1.2.3" },
  changelog: "# Changelog\n\n## [1.2.3] - 2026-12-01\n",
};

describe("the check of a release", () => {
  it("lets a complete one pass", () => {
    expect(findReleaseProblems(GOOD)).toEqual([]);
  });

  it.each([
    ["another tag", { tag: "v1.2.4" }, "The tag is v1.2.4"],
    ["another version in the lockfile", { lockfile: { version: "1.2.2" } }, "package-lock.json says 1.2.2"],
    ["no repository", { manifest: { ...GOOD.manifest, repository: undefined } }, "no repository"],
    ["no provenance", { manifest: { ...GOOD.manifest, publishConfig: {} } }, "does not ask for provenance"],
    ["no section in the changelog", { changelog: "# Changelog\n\n## Unreleased\n" }, "no section for 1.2.3"],
  ])("refuses one with %s", (_, change, reason) => {
    const problems = findReleaseProblems({ ...GOOD, ...change } as Release);
    expect(problems).toEqual([expect.stringContaining(reason)]);
  });

  it("is made by the workflow before it publishes, with a provenance statement", () => {
    const workflow = readFileSync(resolve(ROOT, ".github/workflows/release.yml"), "utf8");
    expect(workflow.indexOf("scripts/check-release.ts")).toBeGreaterThan(workflow.indexOf(".ci/run"));
    expect(workflow.indexOf("npm publish")).toBeGreaterThan(workflow.indexOf("scripts/check-release.ts"));
    expect(workflow).toMatch(/needs: test[\s\S]*id-token: write[\s\S]*npm publish/);
  });
});
