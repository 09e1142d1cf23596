import { type Check, check } from "../check";
import { expectEqual, expectResponse } from "../expect";

export const HEALTH: readonly Check[] = [
  check({
    id: "health.ok",
    title: "Health is ok, without any headers",
    run: async ({ request }) =>
      expectResponse(await request("GET", "/health", { withoutTenant: true }), 200, { status: "ok" }),
  }),
  check({
    id: "health.unknown-route",
    title: "An unknown route is a plain-text 404",
    mayFail: "A platform that also serves the canvas responds with its pages",
    run: async ({ request }) => {
      const { status, text } = await request("GET", "/no-such-route");
      expectEqual([status, text], [404, "404 page not found"], "status and body");
    },
  }),
];
