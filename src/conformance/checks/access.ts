import { randomUUID } from "node:crypto";
import type { Ask } from "../ask";
import { type Check, check } from "../check";
import { expectAnswer, expectRefusal } from "../expect";

async function expectAccess(ask: Ask, caller_id: string, target_id: string, allowed: boolean): Promise<void> {
  const answer = await ask("POST", "/registry/check-access", { body: { caller_id, target_id } });
  expectAnswer(answer, 200, { allowed });
}

export const ACCESS: readonly Check[] = [
  check({
    id: "access.peer",
    title: "A workspace may talk to its peer, both ways; nobody has to show a token to ask",
    needs: ["self", "peer"],
    run: async ({ ask, self, peer }) => {
      await expectAccess(ask, self.id, peer, true);
      await expectAccess(ask, peer, self.id, true);
    },
  }),
  check({
    id: "access.stranger",
    title: "It may not talk to a stranger",
    needs: ["self", "stranger"],
    run: ({ ask, self, stranger }) => expectAccess(ask, self.id, stranger, false),
  }),
  check({
    id: "access.self",
    title: "It may talk to itself",
    needs: ["self"],
    run: ({ ask, self }) => expectAccess(ask, self.id, self.id, true),
  }),
  check({
    id: "access.unknown",
    title: "Nobody may talk to who is not known",
    needs: ["self"],
    run: ({ ask, self }) => expectAccess(ask, self.id, randomUUID(), false),
  }),
  check({
    id: "access.equal",
    title: "Equal ids are not looked up",
    run: async ({ ask }) => {
      const id = randomUUID();
      await expectAccess(ask, id, id, true);
    },
  }),
  check({
    id: "access.no-json",
    title: "A question that is no JSON is refused",
    run: async ({ ask }) => {
      const answer = await ask("POST", "/registry/check-access", { body: "{" });
      expectRefusal(answer, 400, "invalid request body");
    },
  }),
  check({
    id: "access.half",
    title: "So is half a question",
    run: async ({ ask }) => {
      const answer = await ask("POST", "/registry/check-access", { body: { caller_id: randomUUID() } });
      expectRefusal(answer, 400, "invalid request body");
    },
  }),
  check({
    id: "access.roots",
    title: "Workspaces without a parent are siblings",
    mayFail: "Later builds do not let unrelated roots talk",
    needs: ["embedded"],
    run: ({ ask, embedded }) =>
      expectAccess(ask, embedded.addWorkspace({}).id, embedded.addWorkspace({}).id, true),
  }),
  check({
    id: "access.line",
    title: "Ancestors and descendants may talk over any distance, cousins may not",
    needs: ["embedded"],
    run: async ({ ask, embedded }) => {
      const root = embedded.addWorkspace({});
      const [left, right] = [1, 2].map(() => embedded.addWorkspace({ parentId: root.id }).id);
      const leaf = embedded.addWorkspace({ parentId: left }).id;
      const cousin = embedded.addWorkspace({ parentId: right }).id;
      await expectAccess(ask, root.id, leaf, true);
      await expectAccess(ask, leaf, root.id, true);
      await expectAccess(ask, leaf, cousin, false);
    },
  }),
];
