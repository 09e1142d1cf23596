import { randomUUID } from "node:crypto";
import type { TestPlatform } from "a2a-peers/testing";
import { type LocalAgent, startAgent } from "../agent";
import type { Ask, Party } from "../ask";
import { type Check, check } from "../check";
import { eventually } from "../eventually";
import { expectAnswer, expectEqual, expectRefusal, fieldsOf, isText, isWhole, UUID } from "../expect";
import { beat } from "./heartbeat";
import { messageOf, send } from "./message";

interface Busy extends AsyncDisposable {
  readonly who: Party;
  readonly agent: LocalAgent;
  /** From now on the agent answers. */
  recover(): void;
}

/** A workspace whose agent dies over every message. */
async function startBusy(embedded: TestPlatform): Promise<Busy> {
  let isBusy = true;
  const agent = await startAgent((response, request) => {
    if (isBusy) request.socket.destroy();
    else response.end('{"jsonrpc":"2.0","result":"done"}');
  });
  const { id, token } = embedded.addWorkspace({ url: agent.url });
  return {
    who: { id, token: token ?? "" },
    agent,
    recover() {
      isBusy = false;
    },
    [Symbol.asyncDispose]: () => agent[Symbol.asyncDispose](),
  };
}

async function queue(ask: Ask, to: string, messageId = randomUUID()): Promise<Record<string, unknown>> {
  const answer = await send(ask, null, to, messageOf("work", messageId));
  expectAnswer(answer, 202, { queued: true, queue_id: UUID, queue_depth: isWhole, message: isText });
  return fieldsOf(answer.json);
}

/** The agent comes to be asked so often. */
async function expectAsked(agent: LocalAgent, times: number): Promise<void> {
  await eventually(async () => (agent.asked.length < times ? undefined : true));
  expectEqual(agent.asked.length, times, "the number of requests to the agent");
}

export const QUEUE: readonly Check[] = [
  check({
    id: "queue.accepted",
    title: "A message to an agent that dies over it waits for a better time",
    needs: ["embedded"],
    run: async ({ ask, embedded }) => {
      await using busy = await startBusy(embedded);
      const first = await queue(ask, busy.who.id);
      const second = await queue(ask, busy.who.id);
      expectEqual([first.queue_depth, second.queue_depth], [1, 2], "the depths");
    },
  }),
  check({
    id: "queue.same-message",
    title: "The same message waits once",
    needs: ["embedded"],
    run: async ({ ask, embedded }) => {
      await using busy = await startBusy(embedded);
      const messageId = randomUUID();
      const first = await queue(ask, busy.who.id, messageId);
      expectEqual((await queue(ask, busy.who.id, messageId)).queue_id, first.queue_id, "the place");
    },
  }),
  check({
    id: "queue.own-session",
    title: "Nothing is queued for an agent that keeps a session of its own",
    needs: ["embedded"],
    run: async ({ ask, embedded }) => {
      await using busy = await startBusy(embedded);
      await beat(ask, busy.who, { runtime_metadata: { capabilities: { session: true } } });
      const answer = await send(ask, null, busy.who.id);
      const told = { error: /^workspace agent busy — /, busy: true, retry_after: 30, native_session: true };
      expectAnswer(answer, 503, told);
      expectEqual(answer.headers.get("retry-after"), "30", "Retry-After");
    },
  }),
  check({
    id: "queue.handed-out",
    title: "It is handed out with a heartbeat that says there is time",
    needs: ["embedded"],
    run: async ({ ask, embedded }) => {
      await using busy = await startBusy(embedded);
      await queue(ask, busy.who.id);
      busy.recover();
      await beat(ask, busy.who, { active_tasks: 1 });
      // As long as it takes to ask something is long enough to be wrongly asked.
      await ask("GET", "/health");
      expectEqual(busy.agent.asked.length, 1, "the number of requests to a busy agent");
      await beat(ask, busy.who);
      await expectAsked(busy.agent, 2);
    },
  }),
  check({
    id: "queue.item",
    title: "Who waits may ask what became of it",
    only: "2026-05",
    mayFail: "Early builds of this version have no such route",
    needs: ["embedded"],
    run: async ({ ask, embedded }) => {
      await using busy = await startBusy(embedded);
      const { queue_id } = await queue(ask, busy.who.id);
      const item = () => ask("GET", `/workspaces/${busy.who.id}/a2a/queue/${queue_id}`, { as: busy.who });
      expectAnswer(await item(), 200, {
        queue_id,
        workspace_id: busy.who.id,
        status: "queued",
        priority: 50,
      });
      busy.recover();
      await beat(ask, busy.who);
      await expectAsked(busy.agent, 2);
      const completed = await eventually(async () => {
        const answer = await item();
        return fieldsOf(answer.json).status === "completed" ? answer : undefined;
      });
      expectAnswer(completed ?? (await item()), 200, {
        status: "completed",
        response_body: { jsonrpc: "2.0", result: "done" },
      });
    },
  }),
  check({
    id: "queue.unknown-item",
    title: "An unknown place in the queue is not found",
    only: "2026-05",
    mayFail: "Early builds of this version have no such route",
    needs: ["self"],
    run: async ({ ask, self }) => {
      const answer = await ask("GET", `/workspaces/${self.id}/a2a/queue/${randomUUID()}`, { as: self });
      expectRefusal(answer, 404, "queue item not found");
    },
  }),
];
