import { type Check, check } from "../check";
import { expectAnswer, expectEqual } from "../expect";

export const HEALTH: readonly Check[] = [
  check({
    id: "health.ok",
    title: "Health is ok, asked by anybody",
    run: async ({ ask }) =>
      expectAnswer(await ask("GET", "/health", { foreign: true }), 200, { status: "ok" }),
  }),
  check({
    id: "health.unknown-route",
    title: "An unknown route is a plain-text 404",
    mayFail: "A platform that also serves the canvas answers with its pages",
    run: async ({ ask }) => {
      const { status, text } = await ask("GET", "/no-such-route");
      expectEqual([status, text], [404, "404 page not found"], "status and body");
    },
  }),
];
