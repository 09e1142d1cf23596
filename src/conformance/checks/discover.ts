import { randomUUID } from "node:crypto";
import { type Check, check } from "../check";
import { expectError, expectResponse, expectThat, isString, readFields } from "../expect";
import { credentialsOf } from "../http";

const DENIED = "not authorized to discover this workspace";

export const DISCOVER: readonly Check[] = [
  check({
    id: "discover.nobody",
    title: "Discovery without a workspace id is refused",
    needs: ["peer"],
    run: async ({ request, peer }) =>
      expectError(
        await request("GET", `/registry/discover/${peer}`),
        400,
        "X-Workspace-ID header is required",
      ),
  }),
  check({
    id: "discover.missing-token",
    title: "Discovery without a token is refused",
    needs: ["self", "peer"],
    run: async ({ request, self, peer }) => {
      const response = await request("GET", `/registry/discover/${peer}`, { caller: self.id });
      expectError(response, 401, "missing workspace auth token");
    },
  }),
  check({
    id: "discover.wrong-token",
    title: "Discovery with a wrong token is refused",
    needs: ["self", "peer"],
    run: async ({ request, self, peer }) => {
      const response = await request("GET", `/registry/discover/${peer}`, {
        as: { ...self, token: "wrong" },
      });
      expectError(response, 401, "invalid workspace auth token");
    },
  }),
  check({
    id: "discover.target-token",
    title: "Discovery with the token of the target is refused",
    needs: ["self", "peer", "peerToken"],
    run: async ({ request, self, peer, peerToken }) => {
      const response = await request("GET", `/registry/discover/${peer}`, {
        as: { ...self, token: peerToken },
      });
      expectError(response, 401, "invalid workspace auth token");
    },
  }),
  check({
    id: "discover.admin-token",
    title: "Discovery with the operator's token is refused",
    needs: ["self", "peer", "adminToken"],
    run: async ({ request, self, peer, adminToken }) => {
      const response = await request("GET", `/registry/discover/${peer}`, {
        as: { ...self, token: adminToken },
      });
      expectError(response, 401, "invalid workspace auth token");
    },
  }),
  check({
    id: "discover.peer",
    title: "A peer has an id, a URL and a name, or is unavailable",
    needs: ["self", "peer"],
    run: async ({ request, self, peer }) => {
      const response = await request("GET", `/registry/discover/${peer}`, { as: self });
      if (response.status === 503) expectResponse(response, 503, { error: isString });
      else expectResponse(response, 200, { id: peer, url: isString, name: isString });
    },
  }),
  check({
    id: "discover.nothing-more",
    title: "A peer has no other fields: no role, status or card",
    mayFail: "Later builds may add fields; a client must not need them",
    needs: ["self", "peer"],
    run: async ({ request, self, peer }) => {
      const { status, json } = await request("GET", `/registry/discover/${peer}`, { as: self });
      const names = Object.keys(readFields(json)).sort().join();
      expectThat(status !== 200 || names === "id,name,url", `expected id, name and url, got ${names}`);
    },
  }),
  check({
    id: "discover.stranger",
    title: "Discovery of a stranger is refused",
    needs: ["self", "stranger"],
    run: async ({ request, self, stranger }) =>
      expectError(await request("GET", `/registry/discover/${stranger}`, { as: self }), 403, DENIED),
  }),
  check({
    id: "discover.unknown-target",
    title: "Discovery of an unknown workspace is refused like that of a stranger",
    needs: ["self"],
    run: async ({ request, self }) =>
      expectError(await request("GET", `/registry/discover/${randomUUID()}`, { as: self }), 403, DENIED),
  }),
  check({
    id: "discover.unknown-caller",
    title: "Discovery by an unknown workspace is refused",
    needs: ["peer"],
    run: async ({ request, peer }) =>
      expectError(await request("GET", `/registry/discover/${peer}`, { caller: randomUUID() }), 403, DENIED),
  }),
  check({
    id: "discover.unknown-self",
    title: "An unknown workspace cannot discover itself",
    run: async ({ request }) => {
      const id = randomUUID();
      const response = await request("GET", `/registry/discover/${id}`, { caller: id });
      expectError(response, 404, "workspace not found");
    },
  }),
  ...["offline", "provisioning", "paused", "awaiting_agent"].map((status) =>
    check({
      id: `discover.${status}`,
      title: `A workspace that is ${status} and has no URL is unavailable`,
      needs: ["embedded"],
      run: async ({ request, embedded }) => {
        const lead = embedded.addWorkspace({});
        const { id } = embedded.addWorkspace({ parentId: lead.id, status });
        const response = await request("GET", `/registry/discover/${id}`, {
          as: credentialsOf(lead),
        });
        expectResponse(response, 503, { error: "workspace not available", status });
      },
    }),
  ),
  check({
    id: "discover.unsafe",
    title: "A blocked URL is not returned",
    needs: ["embedded"],
    run: async ({ request, embedded }) => {
      const lead = embedded.addWorkspace({});
      const { id } = embedded.addWorkspace({ parentId: lead.id, url: "http://169.254.169.254/" });
      const as = credentialsOf(lead);
      const response = await request("GET", `/registry/discover/${id}`, { as });
      expectError(response, 503, "workspace URL failed safety check");
    },
  }),
];
