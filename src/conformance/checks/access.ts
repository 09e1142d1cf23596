import { randomUUID } from "node:crypto";
import { type Check, check } from "../check";
import { expectError, expectResponse } from "../expect";
import type { SendRequest } from "../http";

async function expectAccess(
  request: SendRequest,
  caller_id: string,
  target_id: string,
  allowed: boolean,
): Promise<void> {
  const response = await request("POST", "/registry/check-access", { body: { caller_id, target_id } });
  expectResponse(response, 200, { allowed });
}

export const ACCESS: readonly Check[] = [
  check({
    id: "access.peer",
    title: "A workspace and its peer may talk to each other; the check itself needs no token",
    needs: ["self", "peer"],
    run: async ({ request, self, peer }) => {
      await expectAccess(request, self.id, peer, true);
      await expectAccess(request, peer, self.id, true);
    },
  }),
  check({
    id: "access.stranger",
    title: "A workspace may not talk to a stranger",
    needs: ["self", "stranger"],
    run: ({ request, self, stranger }) => expectAccess(request, self.id, stranger, false),
  }),
  check({
    id: "access.self",
    title: "A workspace may talk to itself",
    needs: ["self"],
    run: ({ request, self }) => expectAccess(request, self.id, self.id, true),
  }),
  check({
    id: "access.unknown",
    title: "No workspace may talk to an unknown one",
    needs: ["self"],
    run: ({ request, self }) => expectAccess(request, self.id, randomUUID(), false),
  }),
  check({
    id: "access.equal",
    title: "Two equal ids are allowed without a lookup",
    run: async ({ request }) => {
      const id = randomUUID();
      await expectAccess(request, id, id, true);
    },
  }),
  check({
    id: "access.no-json",
    title: "An access check that is not JSON is refused",
    run: async ({ request }) => {
      const response = await request("POST", "/registry/check-access", { body: "{" });
      expectError(response, 400, "invalid request body");
    },
  }),
  check({
    id: "access.half",
    title: "An access check without a target is refused",
    run: async ({ request }) => {
      const response = await request("POST", "/registry/check-access", { body: { caller_id: randomUUID() } });
      expectError(response, 400, "invalid request body");
    },
  }),
  check({
    id: "access.roots",
    title: "Workspaces without a parent are siblings",
    mayFail: "Later builds do not allow unrelated roots to talk",
    needs: ["embedded"],
    run: ({ request, embedded }) =>
      expectAccess(request, embedded.addWorkspace({}).id, embedded.addWorkspace({}).id, true),
  }),
  check({
    id: "access.line",
    title: "Ancestors and descendants may talk at any depth, cousins may not",
    needs: ["embedded"],
    run: async ({ request, embedded }) => {
      const root = embedded.addWorkspace({});
      const [left, right] = [1, 2].map(() => embedded.addWorkspace({ parentId: root.id }).id);
      const leaf = embedded.addWorkspace({ parentId: left }).id;
      const cousin = embedded.addWorkspace({ parentId: right }).id;
      await expectAccess(request, root.id, leaf, true);
      await expectAccess(request, leaf, root.id, true);
      await expectAccess(request, leaf, cousin, false);
    },
  }),
];
