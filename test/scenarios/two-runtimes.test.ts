import { beforeAll, expect, it } from "vitest";
import { bundle } from "../helpers/run-script";
import { startScenario } from "./helpers/scenario";

let script: string;

beforeAll(async () => {
  script = await bundle(new URL("./scripts/runtime.ts", import.meta.url));
});

const NOTHING_WRONG = { damaged: 0, twice: 0, silent: 0 };

it("no delegation is lost silently over kills of both runtimes and of the platform", {
  timeout: 120_000,
}, async () => {
  const scenario = await startScenario(script, "ascii", 176);
  await scenario.handedOut(30);
  await scenario.killAndRestart(scenario.first);
  await scenario.handedOut(65);
  await scenario.restartPlatform();
  await scenario.handedOut(100);
  await scenario.killAndRestart(scenario.second);
  await scenario.handedOut(135);
  await scenario.restartPlatform();
  await scenario.handedOut(176);
  const figures = await scenario.settle();
  expect(figures, scenario.describe(figures)).toMatchObject({ handedOut: 176, ...NOTHING_WRONG });
  // Most runs end where nothing disturbs them.
  expect(figures.whole, scenario.describe(figures)).toBeGreaterThan(100);
});

it("no delegation is lost silently whose result the platform cannot store, nor over an outage of its database", {
  timeout: 120_000,
}, async () => {
  const scenario = await startScenario(script, "chinese", 97);
  await scenario.handedOut(20);
  await scenario.restartPlatform();
  await scenario.handedOut(45);
  await scenario.takeDatabaseAway();
  await scenario.handedOut(70);
  await scenario.killAndRestart(scenario.first);
  await scenario.handedOut(97);
  const figures = await scenario.settle();
  expect(figures, scenario.describe(figures)).toMatchObject({ handedOut: 97, whole: 0, ...NOTHING_WRONG });
  expect(figures.lost, scenario.describe(figures)).toBeGreaterThan(50);
});
