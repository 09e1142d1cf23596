import { randomUUID } from "node:crypto";
import type { Answer, Ask, Party } from "../ask";
import { type Check, check } from "../check";
import { eventually } from "../eventually";
import {
  expectAnswer,
  expectEqual,
  expectRefusal,
  expectThat,
  fieldsOf,
  isText,
  Mismatch,
  rowsOf,
  UUID,
} from "../expect";
import { register } from "./register";

/** A message with a text, as a client writes it. */
export function messageOf(text: string, messageId: string = randomUUID()) {
  return {
    jsonrpc: "2.0",
    id: randomUUID(),
    method: "message/send",
    params: { message: { kind: "message", role: "user", messageId, parts: [{ kind: "text", text }] } },
  };
}

/** Sends a request through the proxy. */
export function send(
  ask: Ask,
  from: Party | null,
  to: string,
  body: unknown = messageOf("hello"),
): Promise<Answer> {
  return ask("POST", `/workspaces/${to}/a2a`, { body, ...(from !== null && { as: from }) });
}

/** The peer's row of a message with this text, which may be written a moment after the answer. */
async function rowAbout(ask: Ask, peer: Party, text: string): Promise<Record<string, unknown>> {
  const row = await eventually(async () => {
    const answer = await ask("GET", `/workspaces/${peer.id}/activity?type=a2a_receive`, { as: peer });
    return rowsOf(answer).find(({ request_body }) => JSON.stringify(request_body)?.includes(text));
  });
  if (row === undefined) throw new Mismatch("expected the message among the activity of the peer");
  return row;
}

/** Sends a request to the peer and returns what was passed on. The text must be in it, and nowhere else. */
async function passedOn(ask: Ask, self: Party, peer: Party, text: string, body: unknown) {
  await send(ask, self, peer.id, body);
  return fieldsOf((await rowAbout(ask, peer, text)).request_body);
}

const inMessage = (request: Record<string, unknown>) => fieldsOf(fieldsOf(request.params).message);

export const MESSAGE: readonly Check[] = [
  check({
    id: "message.answer",
    title: "A message is answered, or queued",
    needs: ["self", "peer"],
    run: async ({ ask, self, peer }) => {
      const answer = await send(ask, self, peer);
      const body = fieldsOf(answer.json);
      const isQueued = body.queued === true || (body.status === "queued" && isText(body.delivery_mode));
      const isReply = answer.status === 200 && ("result" in body || typeof body.error === "object");
      expectThat(
        (isQueued && [200, 202].includes(answer.status)) || isReply,
        `expected a reply or a place in a queue, got ${answer.status} ${answer.text.slice(0, 160)}`,
      );
    },
  }),
  check({
    id: "message.row",
    title: "It is among the activity of the peer, with its sender and as it was passed on",
    needs: ["self", "peer", "peerToken"],
    run: async ({ ask, self, peer, peerToken }) => {
      const text = randomUUID();
      const body = messageOf(text);
      await send(ask, self, peer, body);
      const row = await rowAbout(ask, { id: peer, token: peerToken }, text);
      expectEqual(row.source_id, self.id, "the sender");
      expectEqual(row.target_id, peer, "the target");
      expectEqual(row.method, "message/send", "the method");
      expectEqual(row.request_body, body, "the request");
    },
  }),
  check({
    id: "message.envelope",
    title: "A body without an envelope is given one, which keeps only its method and its params",
    needs: ["self", "peer", "peerToken"],
    run: async ({ ask, self, peer, peerToken }) => {
      const text = randomUUID();
      const { method, params } = messageOf(text);
      const body = { id: "mine", extra: true, method, params };
      const request = await passedOn(ask, self, { id: peer, token: peerToken }, text, body);
      expectThat(UUID.test(String(request.id)), `expected a new id, got ${JSON.stringify(request.id)}`);
      expectEqual({ ...request, id: "" }, { jsonrpc: "2.0", id: "", method, params }, "the request");
    },
  }),
  check({
    id: "message.new-id",
    title: "A message without a messageId is given one",
    needs: ["self", "peer", "peerToken"],
    run: async ({ ask, self, peer, peerToken }) => {
      const text = randomUUID();
      const body = messageOf(text);
      const { messageId: _, ...message } = body.params.message;
      const without = { ...body, params: { message } };
      const request = await passedOn(ask, self, { id: peer, token: peerToken }, text, without);
      const { messageId } = inMessage(request);
      expectThat(UUID.test(String(messageId)), `expected a new messageId, got ${JSON.stringify(messageId)}`);
    },
  }),
  check({
    id: "message.empty-id",
    title: "An empty messageId is kept",
    needs: ["self", "peer", "peerToken"],
    run: async ({ ask, self, peer, peerToken }) => {
      const text = randomUUID();
      const request = await passedOn(ask, self, { id: peer, token: peerToken }, text, messageOf(text, ""));
      expectEqual(inMessage(request).messageId, "", "the messageId");
    },
  }),
  check({
    id: "message.as-it-is",
    title: "Nothing else is repaired: parts with `type`, and a message without a role",
    needs: ["self", "peer", "peerToken"],
    run: async ({ ask, self, peer, peerToken }) => {
      const text = randomUUID();
      const message = { messageId: randomUUID(), parts: [{ type: "text", text }] };
      const body = { jsonrpc: "2.0", method: "message/send", params: { message } };
      const request = await passedOn(ask, self, { id: peer, token: peerToken }, text, body);
      expectEqual(request, body, "the request");
    },
  }),
  check({
    id: "message.outbound",
    title: "The sender shows when it last sent",
    needs: ["self", "peer"],
    run: async ({ ask, self, peer }) => {
      await send(ask, self, peer);
      // It is noted beside the answer, not before it.
      const time = await eventually(async () => {
        const { last_outbound_at } = fieldsOf((await ask("GET", `/workspaces/${self.id}`)).json);
        return isText(last_outbound_at) ? last_outbound_at : undefined;
      });
      expectThat(time !== undefined, "expected a time in last_outbound_at");
    },
  }),
  check({
    id: "message.poll",
    title: "A workspace in poll mode has its messages left for it",
    only: "2026-05",
    needs: ["scratch"],
    run: async ({ ask, scratch }) => {
      const who = scratch();
      await register(ask, who, { url: "", delivery_mode: "poll" });
      const text = randomUUID();
      expectAnswer(await send(ask, who, who.id, messageOf(text)), 200, {
        status: "queued",
        delivery_mode: "poll",
        method: "message/send",
      });
      const { source_id, status } = await rowAbout(ask, who, text);
      expectEqual([source_id, status], [who.id, "ok"], "sender and status");
    },
  }),
  check({
    id: "message.poll-no-json",
    title: "But not what is no JSON",
    only: "2026-05",
    needs: ["scratch"],
    run: async ({ ask, scratch }) => {
      const who = scratch();
      await register(ask, who, { url: "", delivery_mode: "poll" });
      expectRefusal(await send(ask, who, who.id, "oops"), 400, "invalid JSON");
    },
  }),
];
