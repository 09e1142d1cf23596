import { randomUUID } from "node:crypto";
import { type Check, check } from "../check";
import { expectEmptyBody, expectError, expectThat } from "../expect";

const FOREIGN = "http://elsewhere.example";

export const TENANT: readonly Check[] = [
  check({
    id: "tenant.foreign-origin",
    title: "A request with a foreign Origin is an empty 403",
    run: async ({ request }) =>
      expectEmptyBody(await request("GET", "/health", { headers: { origin: FOREIGN } }), 403),
  }),
  check({
    id: "tenant.hidden",
    title: "A request to a hosted platform without an organisation is an empty 404",
    needs: ["orgId", "self"],
    run: async ({ request, self }) =>
      expectEmptyBody(await request("GET", `/workspaces/${self.id}`, { withoutTenant: true }), 404),
  }),
  check({
    id: "tenant.other-organisation",
    title: "A request to a hosted platform with another organisation is an empty 404",
    needs: ["orgId", "self"],
    run: async ({ request, self }) => {
      const headers = { "x-molecule-org-id": randomUUID() };
      expectEmptyBody(await request("GET", `/workspaces/${self.id}`, { withoutTenant: true, headers }), 404);
    },
  }),
  check({
    id: "tenant.named",
    title: "A request to a hosted platform with its organisation is accepted",
    needs: ["orgId", "self"],
    run: async ({ request, self }) => {
      const { status } = await request("GET", `/workspaces/${self.id}`);
      expectThat(status !== 404, "expected the workspace, got 404");
    },
  }),
  ...["register", "heartbeat"].map((route) =>
    check({
      id: `tenant.open-${route}`,
      title: `The ${route} route needs no organisation`,
      needs: ["orgId"],
      run: async ({ request }) => {
        const response = await request("POST", `/registry/${route}`, { withoutTenant: true, body: "oops" });
        expectError(response, 400, "invalid request body");
      },
    }),
  ),
];
