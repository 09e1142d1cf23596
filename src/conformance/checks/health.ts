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
  check({
    id: "health.head",
    title: "HEAD is a 404",
    only: "2026-04",
    run: async ({ request }) => expectEqual((await request("HEAD", "/health")).status, 404, "the status"),
  }),
  check({
    id: "health.slash",
    title: "A slash too many is redirected to the path without it: 301 for GET, else 307",
    only: "2026-04",
    run: async ({ request }) => {
      const get = await request("GET", "/health/");
      const post = await request("POST", "/registry/register/", { body: {} });
      expectEqual(
        [get, post].map(({ status, headers }) => [status, headers.get("location")]),
        [
          [301, "/health"],
          [307, "/registry/register"],
        ],
        "the redirects",
      );
    },
  }),
  check({
    id: "health.operator",
    title: "The list of workspaces is the operator's",
    only: "2026-04",
    run: async ({ request }) =>
      expectResponse(await request("GET", "/workspaces"), 401, { error: "admin auth required" }),
  }),
];
