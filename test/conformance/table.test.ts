import { expect, it } from "vitest";
import { check } from "../../conformance/check";
import type { Result, Verdict } from "../../conformance/runner";
import { listOf, tableOf } from "../../conformance/table";

const run = async () => undefined;
const one = check({ id: "health.ok", title: "Health is ok", run });
const two = check({ id: "card.set", title: "A card is set", needs: ["scratch"], only: "2026-05", run });
const three = check({ id: "card.gone", title: "A card is gone", mayFail: "Some keep it", run });

const resultOf = (of: typeof one, verdict: Verdict, note = ""): Result => ({
  check: of,
  verdict,
  note,
  elapsedMs: 1,
});

it("prints the verdicts by topic, with their notes and the sum", () => {
  const results = [
    resultOf(one, "fail", "expected 200, got 500"),
    resultOf(one, "pass"),
    resultOf(two, "skipped", "a rule of 2026-05"),
    resultOf(three, "allowed", "Some keep it (expected 404, got 200)"),
  ];
  expect(tableOf(results)).toBe(`health
  fail     health.ok  Health is ok
    expected 200, got 500
  pass     health.ok  Health is ok

card
  skipped  card.set   A card is set (a rule of 2026-05)
  allowed  card.gone  A card is gone
    Some keep it (expected 404, got 200)

4 checks: 1 pass, 1 fail, 1 allowed, 1 skipped
`);
});

it("lists what each check needs, which version has it and why it may fail", () => {
  expect(listOf([one, two, three])).toBe(`health
  health.ok  Health is ok

card
  card.set   A card is set
    only 2026-05
    needs --workspace, --token and --allow-changes
  card.gone  A card is gone
    may fail: Some keep it

3 checks
`);
});
