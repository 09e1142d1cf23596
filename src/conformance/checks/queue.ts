import { randomUUID } from "node:crypto";
import { type Check, check } from "../check";
import { expectEqual, expectError, expectResponse, isInteger, isString, readFields, UUID } from "../expect";
import type { Credentials, SendRequest } from "../http";
import type { LocalAgent } from "../local-agent";
import type { Operator } from "../operator";
import { pollUntilDefined } from "../poll";
import { beat, createMessage, send } from "../requests";

interface Busy extends AsyncDisposable {
  readonly workspace: Credentials;
  readonly agent: LocalAgent;
  /** Makes the agent respond from now on. */
  recover(): void;
}

/** A workspace whose agent closes the connection of every message. */
async function startBusy(operator: Operator): Promise<Busy> {
  let isBusy = true;
  const agent = await operator.startAgent((response, request) => {
    if (isBusy) request.socket.destroy();
    else response.end('{"jsonrpc":"2.0","result":"done"}');
  });
  return {
    workspace: await operator.createWorkspace(agent.url),
    agent,
    recover() {
      isBusy = false;
    },
    [Symbol.asyncDispose]: () => agent[Symbol.asyncDispose](),
  };
}

async function queue(
  request: SendRequest,
  to: string,
  messageId = randomUUID(),
): Promise<Record<string, unknown>> {
  const response = await send(request, null, to, createMessage("work", messageId));
  expectResponse(response, 202, { queued: true, queue_id: UUID, queue_depth: isInteger, message: isString });
  return readFields(response.json);
}

/** Waits until the agent has received `times` requests, and no more. */
async function expectReceived(agent: LocalAgent, times: number): Promise<void> {
  await pollUntilDefined(async () => (agent.received.length < times ? undefined : true));
  expectEqual(agent.received.length, times, "the number of requests to the agent");
}

export const QUEUE: readonly Check[] = [
  check({
    id: "queue.accepted",
    title: "A message to an agent that closes the connection is queued",
    needs: ["operator"],
    run: async ({ request, operator }) => {
      await using busy = await startBusy(operator);
      const first = await queue(request, busy.workspace.id);
      const second = await queue(request, busy.workspace.id);
      expectEqual([first.queue_depth, second.queue_depth], [1, 2], "the depths");
    },
  }),
  check({
    id: "queue.same-message",
    title: "The same message is queued once",
    needs: ["operator"],
    run: async ({ request, operator }) => {
      await using busy = await startBusy(operator);
      const messageId = randomUUID();
      const first = await queue(request, busy.workspace.id, messageId);
      expectEqual((await queue(request, busy.workspace.id, messageId)).queue_id, first.queue_id, "the place");
    },
  }),
  check({
    id: "queue.own-session",
    title: "Nothing is queued for an agent with a session of its own",
    needs: ["operator"],
    run: async ({ request, operator }) => {
      await using busy = await startBusy(operator);
      await beat(request, busy.workspace, { runtime_metadata: { capabilities: { session: true } } });
      const response = await send(request, null, busy.workspace.id);
      const expected = {
        error: /^workspace agent busy — /,
        busy: true,
        retry_after: 30,
        native_session: true,
      };
      expectResponse(response, 503, expected);
      expectEqual(response.headers.get("retry-after"), "30", "Retry-After");
    },
  }),
  check({
    id: "queue.handed-out",
    title: "A queued message is delivered after a heartbeat without active tasks",
    needs: ["operator"],
    run: async ({ request, operator }) => {
      await using busy = await startBusy(operator);
      await queue(request, busy.workspace.id);
      busy.recover();
      await beat(request, busy.workspace, { active_tasks: 1 });
      // During another request, the platform would have time for a wrong delivery.
      await request("GET", "/health");
      expectEqual(busy.agent.received.length, 1, "the number of requests to a busy agent");
      await beat(request, busy.workspace);
      await expectReceived(busy.agent, 2);
    },
  }),
  check({
    id: "queue.item",
    title: "The status of a queued message can be looked up",
    only: "2026-05",
    mayFail: "Early builds of this version have no such route",
    needs: ["operator"],
    run: async ({ request, operator }) => {
      await using busy = await startBusy(operator);
      const { queue_id } = await queue(request, busy.workspace.id);
      const item = () =>
        request("GET", `/workspaces/${busy.workspace.id}/a2a/queue/${queue_id}`, { as: busy.workspace });
      expectResponse(await item(), 200, {
        queue_id,
        workspace_id: busy.workspace.id,
        status: "queued",
        priority: 50,
      });
      busy.recover();
      await beat(request, busy.workspace);
      await expectReceived(busy.agent, 2);
      const completed = await pollUntilDefined(async () => {
        const response = await item();
        return readFields(response.json).status === "completed" ? response : undefined;
      });
      expectResponse(completed ?? (await item()), 200, {
        status: "completed",
        response_body: { jsonrpc: "2.0", result: "done" },
      });
    },
  }),
  check({
    id: "queue.unknown-item",
    title: "An unknown queue item is a 404",
    only: "2026-05",
    mayFail: "Early builds of this version have no such route",
    needs: ["self"],
    run: async ({ request, self }) => {
      const response = await request("GET", `/workspaces/${self.id}/a2a/queue/${randomUUID()}`, { as: self });
      expectError(response, 404, "queue item not found");
    },
  }),
];
