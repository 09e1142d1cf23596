import { randomUUID } from "node:crypto";
import { type Check, check } from "../check";
import { expectError, expectResponse, isInteger } from "../expect";
import { createMessage, PUBLIC_URL, send } from "../requests";

const DENIED = "access denied: workspaces cannot communicate per hierarchy rules";
const LONGEST_REQUEST = 2 ** 20;

export const GATE: readonly Check[] = [
  ...["webhook", "system", "test", "channel"].map((prefix) =>
    check({
      id: `gate.forged-${prefix}`,
      title: `A caller id that begins with ${prefix}: is refused`,
      needs: ["peer"],
      run: async ({ request, peer }) => {
        const response = await send(request, { id: `${prefix}:x`, token: "any" }, peer);
        expectError(response, 403, "invalid caller ID");
      },
    }),
  ),
  check({
    id: "gate.missing-token",
    title: "A caller id without a token is refused",
    needs: ["self", "peer"],
    run: async ({ request, self, peer }) => {
      const response = await request("POST", `/workspaces/${peer}/a2a`, {
        caller: self.id,
        body: createMessage("x"),
      });
      expectError(response, 401, "missing caller auth token");
    },
  }),
  check({
    id: "gate.wrong-token",
    title: "A caller id with a wrong token is refused",
    needs: ["self", "peer"],
    run: async ({ request, self, peer }) =>
      expectError(await send(request, { ...self, token: "wrong" }, peer), 401, "invalid caller auth token"),
  }),
  check({
    id: "gate.target-token",
    title: "A caller id with the token of the target is refused",
    needs: ["self", "peer", "peerToken"],
    run: async ({ request, self, peer, peerToken }) =>
      expectError(await send(request, { ...self, token: peerToken }, peer), 401, "invalid caller auth token"),
  }),
  check({
    id: "gate.admin-token",
    title: "A caller id with the operator's token is refused",
    mayFail: "Later builds accept it",
    needs: ["self", "peer", "adminToken"],
    run: async ({ request, self, peer, adminToken }) =>
      expectError(
        await send(request, { ...self, token: adminToken }, peer),
        401,
        "invalid caller auth token",
      ),
  }),
  check({
    id: "gate.caller-case",
    title: "A caller id in upper case does not belong to the token of the same id in lower case",
    only: "2026-04",
    needs: ["self", "peer"],
    run: async ({ request, self, peer }) =>
      expectError(
        await send(request, { ...self, id: self.id.toUpperCase() }, peer),
        401,
        "invalid caller auth token",
      ),
  }),
  check({
    id: "gate.stranger",
    title: "A message to a stranger is refused",
    needs: ["self", "stranger"],
    run: async ({ request, self, stranger }) => expectError(await send(request, self, stranger), 403, DENIED),
  }),
  check({
    id: "gate.unknown-target",
    title: "A message to an unknown workspace is refused",
    needs: ["self"],
    run: async ({ request, self }) => expectError(await send(request, self, randomUUID()), 403, DENIED),
  }),
  check({
    id: "gate.token-before-access",
    title: "The token is checked before access",
    needs: ["self", "stranger"],
    run: async ({ request, self, stranger }) => {
      const response = await send(request, { ...self, token: "wrong" }, stranger);
      expectError(response, 401, "invalid caller auth token");
    },
  }),
  check({
    id: "gate.access-before-json",
    title: "Access is checked before the message is parsed",
    needs: ["self", "stranger"],
    run: async ({ request, self, stranger }) =>
      expectError(await send(request, self, stranger, "{"), 403, DENIED),
  }),
  check({
    id: "gate.canvas-unknown",
    title: "A message by a human to an unknown workspace is a 404",
    mayFail: "Later builds require a credential of everybody",
    run: async ({ request }) =>
      expectError(await send(request, null, randomUUID()), 404, "workspace not found"),
  }),
  check({
    id: "gate.no-uuid",
    title: "A target that is not a UUID fails in the database",
    mayFail: "Later builds require a credential of everybody",
    run: async ({ request }) => expectError(await send(request, null, "no-uuid"), 500, "lookup failed"),
  }),
  ...["{", "", "[]", '"text"'].map((body, index) =>
    check({
      id: `gate.no-request-${index + 1}`,
      title: `A request body that is ${body === "" ? "empty" : body} is refused`,
      needs: ["self", "reachablePeer"],
      run: async ({ request, self, reachablePeer: peer }) =>
        expectError(await send(request, self, peer, body), 400, "invalid JSON"),
    }),
  ),
  check({
    id: "gate.null",
    title: "The request body null is forwarded as an object without keys",
    mayFail: "The agent may refuse a request without a method with a status of its own",
    needs: ["self", "reachablePeer"],
    run: async ({ request, self, reachablePeer: peer }) =>
      expectResponse(await send(request, self, peer, "null"), 200, { jsonrpc: "2.0" }),
  }),
  check({
    id: "gate.too-long",
    title: "A body over one mebibyte is truncated, so it is not JSON",
    mayFail: "Later builds respond with 413 and the limit",
    needs: ["self", "reachablePeer"],
    run: async ({ request, self, reachablePeer: peer }) => {
      const body = createMessage("x".repeat(LONGEST_REQUEST));
      expectError(await send(request, self, peer, body), 400, "invalid JSON");
    },
  }),
  check({
    id: "gate.budget",
    title: "A message to a workspace over its budget is refused in any status",
    needs: ["operator"],
    run: async ({ request, operator }) => {
      const { id } = await operator.createWorkspace();
      await operator.setBudget(id, 0);
      expectError(await send(request, null, id), 402, "workspace budget limit exceeded");
    },
  }),
  ...(["pause", "remove"] as const).map((action) =>
    check({
      id: `gate.after-${action}`,
      title: `A message to a workspace without a URL after ${action} is refused, with its status`,
      needs: ["operator"],
      run: async ({ request, operator }) => {
        const { id } = await operator.createWorkspace(action === "pause" ? PUBLIC_URL : undefined);
        await operator[action](id);
        const status = action === "pause" ? "paused" : "removed";
        expectResponse(await send(request, null, id), 503, { error: "workspace has no URL", status });
      },
    }),
  ),
  ...["provisioning", "offline", "paused", "failed", "awaiting_agent", "removed"].map((status) =>
    check({
      id: `gate.${status}`,
      title: `A message to a workspace that is ${status} is refused: it has no URL`,
      needs: ["embedded"],
      run: async ({ request, embedded }) => {
        const { id } = embedded.addWorkspace({ status });
        expectResponse(await send(request, null, id), 503, { error: "workspace has no URL", status });
      },
    }),
  ),
  check({
    id: "gate.url-before-json",
    title: "The agent is looked up before the message is parsed",
    only: "2026-04",
    needs: ["operator"],
    run: async ({ request, operator }) => {
      const { id } = await operator.createWorkspace();
      expectError(await send(request, null, id, "{"), 503, "workspace has no URL");
    },
  }),
  check({
    id: "gate.json-before-url",
    title: "The message is parsed before the agent is looked up",
    only: "2026-05",
    needs: ["operator"],
    run: async ({ request, operator }) => {
      const { id } = await operator.createWorkspace();
      expectError(await send(request, null, id, "{"), 400, "invalid JSON");
    },
  }),
  ...(["2026-04", "2026-05"] as const).map((only) =>
    check({
      id: `gate.hibernated-${only}`,
      title:
        only === "2026-04"
          ? "A message to a hibernated workspace is refused as if it woke it, and the workspace stays hibernated"
          : "A message wakes a hibernated workspace, and has to be sent again",
      only,
      needs: ["embedded"],
      run: async ({ request, embedded }) => {
        const { id } = embedded.addWorkspace({ status: "hibernated", reply: () => "hi" });
        expectResponse(await send(request, null, id), 503, {
          error: /^workspace is waking from hibernation — /,
          waking: true,
          retry_after: isInteger,
        });
        const status = only === "2026-04" ? "hibernated" : "provisioning";
        expectResponse(await request("GET", `/workspaces/${id}`), 200, { status });
      },
    }),
  ),
  check({
    id: "gate.unsafe-url",
    title: "A blocked agent URL is not connected to",
    needs: ["operator"],
    run: async ({ request, operator }) => {
      const { id } = await operator.createWorkspace("http://169.254.169.254/");
      expectError(await send(request, null, id), 502, "workspace URL is not publicly routable");
    },
  }),
];
