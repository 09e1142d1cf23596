import { randomUUID } from "node:crypto";
import { type Check, check } from "../check";
import {
  expectEqual,
  expectError,
  expectResponse,
  expectThat,
  isString,
  Mismatch,
  readFields,
  readRows,
  UUID,
} from "../expect";
import type { Credentials, SendRequest } from "../http";
import { pollUntilDefined } from "../poll";
import { createMessage, register, send } from "../requests";

/** Waits for the peer's row of a message with this text: it may be written after the response. */
async function findActivityRow(
  request: SendRequest,
  peer: Credentials,
  text: string,
): Promise<Record<string, unknown>> {
  const row = await pollUntilDefined(async () => {
    const response = await request("GET", `/workspaces/${peer.id}/activity?type=a2a_receive`, { as: peer });
    return readRows(response).find(({ request_body }) => JSON.stringify(request_body)?.includes(text));
  });
  if (row === undefined) throw new Mismatch("expected the message among the activity of the peer");
  return row;
}

/** Sends a request to the peer and returns what was forwarded. `text` identifies the request. */
async function sendAndReadForwarded(
  request: SendRequest,
  self: Credentials,
  peer: Credentials,
  text: string,
  body: unknown,
) {
  await send(request, self, peer.id, body);
  return readFields((await findActivityRow(request, peer, text)).request_body);
}

const readMessage = (forwarded: Record<string, unknown>) => readFields(readFields(forwarded.params).message);

export const MESSAGE: readonly Check[] = [
  check({
    id: "message.answer",
    title: "A message is replied to or queued",
    needs: ["self", "reachablePeer"],
    run: async ({ request, self, reachablePeer: peer }) => {
      const response = await send(request, self, peer);
      const body = readFields(response.json);
      const isQueued = body.queued === true || (body.status === "queued" && isString(body.delivery_mode));
      const isReply = response.status === 200 && ("result" in body || typeof body.error === "object");
      expectThat(
        (isQueued && [200, 202].includes(response.status)) || isReply,
        `expected a reply or a place in a queue, got ${response.status} ${response.text.slice(0, 160)}`,
      );
    },
  }),
  check({
    id: "message.row",
    title: "A message is in the activity of the peer, with its sender and as it was forwarded",
    needs: ["self", "reachablePeer", "peerToken"],
    run: async ({ request, self, reachablePeer: peer, peerToken }) => {
      const text = randomUUID();
      const body = createMessage(text);
      await send(request, self, peer, body);
      const row = await findActivityRow(request, { id: peer, token: peerToken }, text);
      expectEqual(row.source_id, self.id, "the sender");
      expectEqual(row.target_id, peer, "the target");
      expectEqual(row.method, "message/send", "the method");
      expectEqual(row.request_body, body, "the request");
    },
  }),
  check({
    id: "message.envelope",
    title: "A body without a JSON-RPC envelope is wrapped; only its method and params are kept",
    needs: ["self", "reachablePeer", "peerToken"],
    run: async ({ request, self, reachablePeer: peer, peerToken }) => {
      const text = randomUUID();
      const { method, params } = createMessage(text);
      const body = { id: "mine", extra: true, method, params };
      const forwarded = await sendAndReadForwarded(request, self, { id: peer, token: peerToken }, text, body);
      expectThat(UUID.test(String(forwarded.id)), `expected a new id, got ${JSON.stringify(forwarded.id)}`);
      expectEqual({ ...forwarded, id: "" }, { jsonrpc: "2.0", id: "", method, params }, "the request");
    },
  }),
  check({
    id: "message.new-id",
    title: "A message without a messageId receives one",
    needs: ["self", "reachablePeer", "peerToken"],
    run: async ({ request, self, reachablePeer: peer, peerToken }) => {
      const text = randomUUID();
      const body = createMessage(text);
      const { messageId: _, ...message } = body.params.message;
      const without = { ...body, params: { message } };
      const forwarded = await sendAndReadForwarded(
        request,
        self,
        { id: peer, token: peerToken },
        text,
        without,
      );
      const { messageId } = readMessage(forwarded);
      expectThat(UUID.test(String(messageId)), `expected a new messageId, got ${JSON.stringify(messageId)}`);
    },
  }),
  check({
    id: "message.empty-id",
    title: "An empty messageId is kept",
    needs: ["self", "reachablePeer", "peerToken"],
    run: async ({ request, self, reachablePeer: peer, peerToken }) => {
      const text = randomUUID();
      const forwarded = await sendAndReadForwarded(
        request,
        self,
        { id: peer, token: peerToken },
        text,
        createMessage(text, ""),
      );
      expectEqual(readMessage(forwarded).messageId, "", "the messageId");
    },
  }),
  check({
    id: "message.as-it-is",
    title: "Parts with `type` and a missing role are forwarded unchanged",
    needs: ["self", "reachablePeer", "peerToken"],
    run: async ({ request, self, reachablePeer: peer, peerToken }) => {
      const text = randomUUID();
      const message = { messageId: randomUUID(), parts: [{ type: "text", text }] };
      const body = { jsonrpc: "2.0", method: "message/send", params: { message } };
      const forwarded = await sendAndReadForwarded(request, self, { id: peer, token: peerToken }, text, body);
      expectEqual(forwarded, body, "the request");
    },
  }),
  check({
    id: "message.outbound",
    title: "A message updates last_outbound_at of its sender",
    needs: ["self", "reachablePeer"],
    run: async ({ request, self, reachablePeer: peer }) => {
      await send(request, self, peer);
      // It is written concurrently with the response.
      const time = await pollUntilDefined(async () => {
        const { last_outbound_at } = readFields((await request("GET", `/workspaces/${self.id}`)).json);
        return isString(last_outbound_at) ? last_outbound_at : undefined;
      });
      expectThat(time !== undefined, "expected a time in last_outbound_at");
    },
  }),
  check({
    id: "message.poll",
    title: "A message to a workspace in poll mode is queued",
    only: "2026-05",
    needs: ["scratch"],
    run: async ({ request, scratch }) => {
      const workspace = scratch();
      await register(request, workspace, { url: "", delivery_mode: "poll" });
      const text = randomUUID();
      expectResponse(await send(request, workspace, workspace.id, createMessage(text)), 200, {
        status: "queued",
        delivery_mode: "poll",
        method: "message/send",
      });
      const { source_id, status } = await findActivityRow(request, workspace, text);
      expectEqual([source_id, status], [workspace.id, "ok"], "sender and status");
    },
  }),
  check({
    id: "message.poll-task",
    title: "A request about a task of a workspace in poll mode is queued like a message",
    only: "2026-05",
    needs: ["scratch"],
    run: async ({ request, scratch }) => {
      const workspace = scratch();
      await register(request, workspace, { url: "", delivery_mode: "poll" });
      const body = { jsonrpc: "2.0", id: randomUUID(), method: "tasks/get", params: { id: randomUUID() } };
      expectResponse(await send(request, workspace, workspace.id, body), 200, {
        status: "queued",
        delivery_mode: "poll",
        method: "tasks/get",
      });
    },
  }),
  check({
    id: "message.poll-no-json",
    title: "A request in poll mode that is not JSON is refused",
    only: "2026-05",
    needs: ["scratch"],
    run: async ({ request, scratch }) => {
      const workspace = scratch();
      await register(request, workspace, { url: "", delivery_mode: "poll" });
      expectError(await send(request, workspace, workspace.id, "oops"), 400, "invalid JSON");
    },
  }),
];
