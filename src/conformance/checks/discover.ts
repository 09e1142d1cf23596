import { randomUUID } from "node:crypto";
import { type Check, check } from "../check";
import { expectAnswer, expectRefusal, expectThat, fieldsOf, isText } from "../expect";

const DENIED = "not authorized to discover this workspace";

export const DISCOVER: readonly Check[] = [
  check({
    id: "discover.nobody",
    title: "Who looks for a peer must say who it is",
    needs: ["peer"],
    run: async ({ ask, peer }) =>
      expectRefusal(await ask("GET", `/registry/discover/${peer}`), 400, "X-Workspace-ID header is required"),
  }),
  check({
    id: "discover.missing-token",
    title: "And show its token",
    needs: ["self", "peer"],
    run: async ({ ask, self, peer }) => {
      const answer = await ask("GET", `/registry/discover/${peer}`, { caller: self.id });
      expectRefusal(answer, 401, "missing workspace auth token");
    },
  }),
  check({
    id: "discover.wrong-token",
    title: "A wrong token is refused",
    needs: ["self", "peer"],
    run: async ({ ask, self, peer }) => {
      const answer = await ask("GET", `/registry/discover/${peer}`, { as: { ...self, token: "wrong" } });
      expectRefusal(answer, 401, "invalid workspace auth token");
    },
  }),
  check({
    id: "discover.target-token",
    title: "So is the token of the peer that is looked for",
    needs: ["self", "peer", "peerToken"],
    run: async ({ ask, self, peer, peerToken }) => {
      const answer = await ask("GET", `/registry/discover/${peer}`, { as: { ...self, token: peerToken } });
      expectRefusal(answer, 401, "invalid workspace auth token");
    },
  }),
  check({
    id: "discover.admin-token",
    title: "So is the operator's",
    needs: ["self", "peer", "adminToken"],
    run: async ({ ask, self, peer, adminToken }) => {
      const answer = await ask("GET", `/registry/discover/${peer}`, { as: { ...self, token: adminToken } });
      expectRefusal(answer, 401, "invalid workspace auth token");
    },
  }),
  check({
    id: "discover.peer",
    title: "A peer has an id, a URL and a name, or is not available for now",
    needs: ["self", "peer"],
    run: async ({ ask, self, peer }) => {
      const answer = await ask("GET", `/registry/discover/${peer}`, { as: self });
      if (answer.status === 503) expectAnswer(answer, 503, { error: isText });
      else expectAnswer(answer, 200, { id: peer, url: isText, name: isText });
    },
  }),
  check({
    id: "discover.nothing-more",
    title: "It has nothing more: no role, no status, no card",
    mayFail: "Later builds may tell more; a client must not need it",
    needs: ["self", "peer"],
    run: async ({ ask, self, peer }) => {
      const { status, json } = await ask("GET", `/registry/discover/${peer}`, { as: self });
      const names = Object.keys(fieldsOf(json)).sort().join();
      expectThat(status !== 200 || names === "id,name,url", `expected id, name and url, got ${names}`);
    },
  }),
  check({
    id: "discover.stranger",
    title: "A stranger is refused",
    needs: ["self", "stranger"],
    run: async ({ ask, self, stranger }) =>
      expectRefusal(await ask("GET", `/registry/discover/${stranger}`, { as: self }), 403, DENIED),
  }),
  check({
    id: "discover.unknown-target",
    title: "An unknown workspace is refused like a stranger",
    needs: ["self"],
    run: async ({ ask, self }) =>
      expectRefusal(await ask("GET", `/registry/discover/${randomUUID()}`, { as: self }), 403, DENIED),
  }),
  check({
    id: "discover.unknown-caller",
    title: "And so is an unknown caller, which has no token to show",
    needs: ["peer"],
    run: async ({ ask, peer }) =>
      expectRefusal(await ask("GET", `/registry/discover/${peer}`, { caller: randomUUID() }), 403, DENIED),
  }),
  check({
    id: "discover.unknown-self",
    title: "An unknown workspace does not find itself",
    run: async ({ ask }) => {
      const id = randomUUID();
      const answer = await ask("GET", `/registry/discover/${id}`, { caller: id });
      expectRefusal(answer, 404, "workspace not found");
    },
  }),
  ...["offline", "provisioning", "paused", "awaiting_agent"].map((status) =>
    check({
      id: `discover.${status}`,
      title: `Who is ${status} and has no URL is not available`,
      needs: ["embedded"],
      run: async ({ ask, embedded }) => {
        const lead = embedded.addWorkspace({});
        const { id } = embedded.addWorkspace({ parentId: lead.id, status });
        const answer = await ask("GET", `/registry/discover/${id}`, {
          as: { id: lead.id, token: lead.token ?? "" },
        });
        expectAnswer(answer, 503, { error: "workspace not available", status });
      },
    }),
  ),
  check({
    id: "discover.unsafe",
    title: "A URL that must not be reached is not handed out",
    needs: ["embedded"],
    run: async ({ ask, embedded }) => {
      const lead = embedded.addWorkspace({});
      const { id } = embedded.addWorkspace({ parentId: lead.id, url: "http://169.254.169.254/" });
      const as = { id: lead.id, token: lead.token ?? "" };
      const answer = await ask("GET", `/registry/discover/${id}`, { as });
      expectRefusal(answer, 503, "workspace URL failed safety check");
    },
  }),
];
