import { expect, it } from "vitest";
import { check } from "../../src/conformance/check";
import { formatChecks, formatResults } from "../../src/conformance/format";
import type { Result, Verdict } from "../../src/conformance/runner";

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

it("prints the verdicts by topic, with their notes and the totals, and then the failed checks", () => {
  const results = [
    resultOf(one, "fail", "expected 200, got 500"),
    resultOf(one, "pass"),
    resultOf(two, "skipped", "a rule of 2026-05"),
    resultOf(three, "fail", "expected 404, got 500"),
    resultOf(two, "skipped", "needs --peer"),
    resultOf(two, "skipped", "a rule of 2026-05"),
    resultOf(three, "allowed", "Some keep it (expected 404, got 200)"),
  ];
  expect(formatResults(results)).toBe(`health
  fail     health.ok  Health is ok
    expected 200, got 500
  pass     health.ok  Health is ok

card
  fail     card.gone  A card is gone
    expected 404, got 500
  allowed  card.gone  A card is gone
    Some keep it (expected 404, got 200)
  skipped  2 checks: a rule of 2026-05
  skipped  1 check: needs --peer

7 checks: 1 pass, 2 fail, 1 allowed, 3 skipped
failed: health.ok, card.gone
`);
});

it("lists what each check needs, its version and why it may fail", () => {
  expect(formatChecks([one, two, three])).toBe(`health
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
