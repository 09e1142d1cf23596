import { randomUUID } from "node:crypto";
import { type Check, check } from "../check";
import { expectAnswer, expectRefusal, isWhole } from "../expect";
import { messageOf, send } from "./message";

const DENIED = "access denied: workspaces cannot communicate per hierarchy rules";
const LONGEST_REQUEST = 2 ** 20;

export const GATE: readonly Check[] = [
  ...["webhook", "system", "test", "channel"].map((prefix) =>
    check({
      id: `gate.forged-${prefix}`,
      title: `Nobody may call itself ${prefix}:…`,
      needs: ["peer"],
      run: async ({ ask, peer }) => {
        const answer = await send(ask, { id: `${prefix}:x`, token: "any" }, peer);
        expectRefusal(answer, 403, "invalid caller ID");
      },
    }),
  ),
  check({
    id: "gate.missing-token",
    title: "A caller that names itself must show its token",
    needs: ["self", "peer"],
    run: async ({ ask, self, peer }) => {
      const answer = await ask("POST", `/workspaces/${peer}/a2a`, { caller: self.id, body: messageOf("x") });
      expectRefusal(answer, 401, "missing caller auth token");
    },
  }),
  check({
    id: "gate.wrong-token",
    title: "A wrong token is refused",
    needs: ["self", "peer"],
    run: async ({ ask, self, peer }) =>
      expectRefusal(await send(ask, { ...self, token: "wrong" }, peer), 401, "invalid caller auth token"),
  }),
  check({
    id: "gate.target-token",
    title: "So is the token of the target",
    needs: ["self", "peer", "peerToken"],
    run: async ({ ask, self, peer, peerToken }) =>
      expectRefusal(await send(ask, { ...self, token: peerToken }, peer), 401, "invalid caller auth token"),
  }),
  check({
    id: "gate.admin-token",
    title: "So is the operator's, together with the name of a workspace",
    mayFail: "Later builds accept it",
    needs: ["self", "peer", "adminToken"],
    run: async ({ ask, self, peer, adminToken }) =>
      expectRefusal(await send(ask, { ...self, token: adminToken }, peer), 401, "invalid caller auth token"),
  }),
  check({
    id: "gate.stranger",
    title: "A stranger may not be addressed",
    needs: ["self", "stranger"],
    run: async ({ ask, self, stranger }) => expectRefusal(await send(ask, self, stranger), 403, DENIED),
  }),
  check({
    id: "gate.unknown-target",
    title: "Nor may who is not known",
    needs: ["self"],
    run: async ({ ask, self }) => expectRefusal(await send(ask, self, randomUUID()), 403, DENIED),
  }),
  check({
    id: "gate.token-before-access",
    title: "The token is asked for before the right to talk",
    needs: ["self", "stranger"],
    run: async ({ ask, self, stranger }) => {
      const answer = await send(ask, { ...self, token: "wrong" }, stranger);
      expectRefusal(answer, 401, "invalid caller auth token");
    },
  }),
  check({
    id: "gate.access-before-json",
    title: "The right to talk is asked for before the message is read",
    needs: ["self", "stranger"],
    run: async ({ ask, self, stranger }) => expectRefusal(await send(ask, self, stranger, "{"), 403, DENIED),
  }),
  check({
    id: "gate.canvas-unknown",
    title: "A human does not find who is not known",
    mayFail: "Later builds ask everybody for a credential",
    run: async ({ ask }) => expectRefusal(await send(ask, null, randomUUID()), 404, "workspace not found"),
  }),
  check({
    id: "gate.no-uuid",
    title: "A target that is no UUID fails in the database",
    mayFail: "Later builds ask everybody for a credential",
    run: async ({ ask }) => expectRefusal(await send(ask, null, "no-uuid"), 500, "lookup failed"),
  }),
  ...["{", "", "[]", "null", '"text"'].map((body, index) =>
    check({
      id: `gate.no-request-${index + 1}`,
      title: `A request that is ${body === "" ? "nothing" : body} is refused`,
      needs: ["self", "peer"],
      run: async ({ ask, self, peer }) =>
        expectRefusal(await send(ask, self, peer, body), 400, "invalid JSON"),
    }),
  ),
  check({
    id: "gate.too-long",
    title: "What is longer than one mebibyte is cut, and then no JSON",
    mayFail: "Later builds answer 413 and say how much they take",
    needs: ["self", "peer"],
    run: async ({ ask, self, peer }) => {
      const body = messageOf("x".repeat(LONGEST_REQUEST));
      expectRefusal(await send(ask, self, peer, body), 400, "invalid JSON");
    },
  }),
  check({
    id: "gate.budget",
    title: "Who has spent its budget is not sent anything, whatever its state",
    needs: ["embedded"],
    run: async ({ ask, embedded }) => {
      const spent = embedded.addWorkspace({ status: "paused" });
      spent.setBudget(0);
      expectRefusal(await send(ask, null, spent.id), 402, "workspace budget limit exceeded");
    },
  }),
  ...["provisioning", "offline", "paused", "failed", "awaiting_agent", "removed"].map((status) =>
    check({
      id: `gate.${status}`,
      title: `Who is ${status} has no URL`,
      needs: ["embedded"],
      run: async ({ ask, embedded }) => {
        const { id } = embedded.addWorkspace({ status });
        expectAnswer(await send(ask, null, id), 503, { error: "workspace has no URL", status });
      },
    }),
  ),
  check({
    id: "gate.url-before-json",
    title: "The agent is looked for before the message is read",
    only: "2026-04",
    needs: ["embedded"],
    run: async ({ ask, embedded }) => {
      const { id } = embedded.addWorkspace({ status: "offline" });
      expectRefusal(await send(ask, null, id, "{"), 503, "workspace has no URL");
    },
  }),
  check({
    id: "gate.json-before-url",
    title: "The message is read before the agent is looked for",
    only: "2026-05",
    needs: ["embedded"],
    run: async ({ ask, embedded }) => {
      const { id } = embedded.addWorkspace({ status: "offline" });
      expectRefusal(await send(ask, null, id, "{"), 400, "invalid JSON");
    },
  }),
  check({
    id: "gate.hibernated",
    title: "A message wakes who is hibernated, and is told to come again",
    needs: ["embedded"],
    run: async ({ ask, embedded }) => {
      const { id } = embedded.addWorkspace({ status: "hibernated", reply: () => "hi" });
      const answer = await send(ask, null, id);
      expectAnswer(answer, 503, {
        error: /^workspace is waking from hibernation — /,
        waking: true,
        retry_after: isWhole,
      });
      expectAnswer(await ask("GET", `/workspaces/${id}`), 200, { status: "provisioning" });
    },
  }),
  check({
    id: "gate.unsafe-url",
    title: "An address that must not be reached is not dialled",
    needs: ["embedded"],
    run: async ({ ask, embedded }) => {
      const { id } = embedded.addWorkspace({ url: "http://169.254.169.254/" });
      expectRefusal(await send(ask, null, id), 502, "workspace URL is not publicly routable");
    },
  }),
];
