import { describe, expect, it } from "vitest";
import { CHECKS } from "../../src/conformance/checks/index";
import { startEmbeddedTarget } from "../../src/conformance/embedded-target";
import { runChecks } from "../../src/conformance/runner";

describe.each(["2026-04", "2026-05"] as const)("the embedded platform of %s", (version) => {
  it.each(["self-hosted", "saas"] as const)("passes every check, %s", async (deployMode) => {
    await using embedded = await startEmbeddedTarget(version, deployMode);
    const results = await runChecks(CHECKS, embedded.target);
    const wrong = results.filter(({ verdict }) => verdict === "fail" || verdict === "allowed");
    expect(wrong.map(({ check, note }) => `${check.id}: ${note}`)).toEqual([]);

    const other = version === "2026-04" ? "2026-05" : "2026-04";
    const reasons = new Set(results.filter(({ verdict }) => verdict === "skipped").map(({ note }) => note));
    expect([...reasons].sort()).toEqual([
      `a rule of ${other}`,
      ...(deployMode === "saas"
        ? ["needs --deploy-mode self-hosted"]
        : ["needs --deploy-mode saas", "needs --org"]),
    ]);
    expect(results.filter(({ verdict }) => verdict === "pass").length).toBeGreaterThan(200);
  });
});

describe("the checks", () => {
  it("have unique ids, each under a topic", () => {
    const ids = CHECKS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[a-z]+\.[\w-]+$/.test(id))).toEqual([]);
  });

  it("are grouped by topic, so that the table has one heading for each", () => {
    const topics = CHECKS.map(({ id }) => id.split(".")[0]);
    const changes = topics.filter((topic, index) => topic !== topics[index - 1]);
    expect(new Set(changes).size).toBe(changes.length);
  });
});
