import { randomUUID } from "node:crypto";
import { type Check, check } from "../check";
import { expectEqual, expectRefusal, expectThat, isText, isTextOrNull, isWhole, rowsOf } from "../expect";

const FIELDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  id: isText,
  name: isText,
  status: isText,
  role: isTextOrNull,
  tier: isWhole,
  url: isText,
  parent_id: isTextOrNull,
  active_tasks: isWhole,
};

export const PEERS: readonly Check[] = [
  check({
    id: "peers.rows",
    title: "Peers are an array of rows, each with all its fields",
    needs: ["self"],
    run: async ({ ask, self }) => {
      for (const row of rowsOf(await ask("GET", `/registry/${self.id}/peers`, { as: self }))) {
        const wrong = Object.keys(FIELDS).filter((name) => FIELDS[name]?.(row[name]) !== true);
        expectThat(
          wrong.length === 0,
          `expected other values in ${wrong.join(", ")} of ${JSON.stringify(row)}`,
        );
        expectThat("agent_card" in row, `expected a card, or null, in ${JSON.stringify(row)}`);
      }
    },
  }),
  check({
    id: "peers.not-self",
    title: "Nobody is its own peer",
    needs: ["self"],
    run: async ({ ask, self }) => {
      const rows = rowsOf(await ask("GET", `/registry/${self.id}/peers`, { as: self }));
      expectThat(!rows.some(({ id }) => id === self.id), "expected others only, got the workspace itself");
    },
  }),
  check({
    id: "peers.peer",
    title: "A relative is among them",
    mayFail: "A peer that is neither parent, child nor sibling may be addressed and is not listed",
    needs: ["self", "peer"],
    run: async ({ ask, self, peer }) => {
      const rows = rowsOf(await ask("GET", `/registry/${self.id}/peers`, { as: self }));
      expectThat(
        rows.some(({ id }) => id === peer),
        "expected the peer among the rows",
      );
    },
  }),
  check({
    id: "peers.stranger",
    title: "A stranger is not",
    needs: ["self", "stranger"],
    run: async ({ ask, self, stranger }) => {
      const rows = rowsOf(await ask("GET", `/registry/${self.id}/peers`, { as: self }));
      expectThat(!rows.some(({ id }) => id === stranger), "expected no stranger among the rows");
    },
  }),
  check({
    id: "peers.search",
    title: "A search keeps those whose name or role has the text",
    mayFail: "A known defect: a search breaks (an empty 500) where a peer has no role",
    needs: ["self", "peer"],
    run: async ({ ask, self, peer }) => {
      const all = rowsOf(await ask("GET", `/registry/${self.id}/peers`, { as: self }));
      const text = String(all.find(({ id }) => id === peer)?.name ?? "").toUpperCase();
      const has = (value: unknown) =>
        String(value ?? "")
          .toUpperCase()
          .includes(text);
      const wanted = all.filter(({ name, role }) => has(name) || has(role)).map(({ id }) => id);
      const found = await ask("GET", `/registry/${self.id}/peers?q=${encodeURIComponent(` ${text} `)}`, {
        as: self,
      });
      expectEqual(
        rowsOf(found).map(({ id }) => id),
        wanted,
        "the ids",
      );
    },
  }),
  check({
    id: "peers.missing-token",
    title: "The workspace in the path must show its token",
    needs: ["self"],
    run: async ({ ask, self }) =>
      expectRefusal(await ask("GET", `/registry/${self.id}/peers`), 401, "missing workspace auth token"),
  }),
  check({
    id: "peers.wrong-token",
    title: "A wrong token is refused",
    needs: ["self"],
    run: async ({ ask, self }) => {
      const answer = await ask("GET", `/registry/${self.id}/peers`, { bearer: "wrong" });
      expectRefusal(answer, 401, "invalid workspace auth token");
    },
  }),
  check({
    id: "peers.foreign-token",
    title: "So is the token of another workspace, whatever the header says",
    needs: ["self", "peer", "peerToken"],
    run: async ({ ask, self, peer, peerToken }) => {
      const answer = await ask("GET", `/registry/${self.id}/peers`, { as: { id: peer, token: peerToken } });
      expectRefusal(answer, 401, "invalid workspace auth token");
    },
  }),
  check({
    id: "peers.unknown-id",
    title: "An unknown workspace has none: it is not found",
    run: async ({ ask }) =>
      expectRefusal(await ask("GET", `/registry/${randomUUID()}/peers`), 404, "workspace not found"),
  }),
  check({
    id: "peers.order",
    title: "Siblings come first, then children, then the parent; removed ones do not come",
    needs: ["embedded"],
    run: async ({ ask, embedded }) => {
      const parent = embedded.addWorkspace({});
      const me = embedded.addWorkspace({ parentId: parent.id });
      const child = embedded.addWorkspace({ parentId: me.id });
      const sibling = embedded.addWorkspace({ parentId: parent.id });
      embedded.addWorkspace({ parentId: parent.id, status: "removed" });
      const rows = rowsOf(await ask("GET", `/registry/${me.id}/peers`, { bearer: me.token ?? "" }));
      expectEqual(
        rows.map(({ id }) => id),
        [sibling.id, child.id, parent.id],
        "the ids",
      );
    },
  }),
];
