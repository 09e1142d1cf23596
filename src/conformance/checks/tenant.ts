import { randomUUID } from "node:crypto";
import { type Check, check } from "../check";
import { expectEmpty, expectRefusal, expectThat } from "../expect";

const FOREIGN = "http://elsewhere.example";

export const TENANT: readonly Check[] = [
  check({
    id: "tenant.foreign-origin",
    title: "A foreign Origin is an empty 403",
    run: async ({ ask }) => expectEmpty(await ask("GET", "/health", { headers: { origin: FOREIGN } }), 403),
  }),
  check({
    id: "tenant.hidden",
    title: "A hosted platform is an empty 404 to who does not name its organisation",
    needs: ["orgId", "self"],
    run: async ({ ask, self }) =>
      expectEmpty(await ask("GET", `/workspaces/${self.id}`, { foreign: true }), 404),
  }),
  check({
    id: "tenant.other-organisation",
    title: "And to who names another",
    needs: ["orgId", "self"],
    run: async ({ ask, self }) => {
      const headers = { "x-molecule-org-id": randomUUID() };
      expectEmpty(await ask("GET", `/workspaces/${self.id}`, { foreign: true, headers }), 404);
    },
  }),
  check({
    id: "tenant.named",
    title: "It is there for who names its organisation",
    needs: ["orgId", "self"],
    run: async ({ ask, self }) => {
      const { status } = await ask("GET", `/workspaces/${self.id}`);
      expectThat(status !== 404, "expected the workspace, got 404");
    },
  }),
  ...["register", "heartbeat"].map((route) =>
    check({
      id: `tenant.open-${route}`,
      title: `The route of ${route} is open before the organisation is known`,
      needs: ["orgId"],
      run: async ({ ask }) => {
        const answer = await ask("POST", `/registry/${route}`, { foreign: true, body: "oops" });
        expectRefusal(answer, 400, "invalid request body");
      },
    }),
  ),
];
