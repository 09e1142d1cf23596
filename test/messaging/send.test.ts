import { describe, expect, it } from "vitest";
import { clientOfTwo, testClient } from "../helpers/client";
import { OWN, PEER, PLATFORM, SECOND, SECOND_TOKEN, TOKEN } from "../helpers/ids";
import { nockPlatform, reply } from "../helpers/nock-platform";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const platform = nockPlatform();

describe("the request of a send", () => {
  it("goes through the platform's message proxy as a JSON-RPC message/send", async () => {
    platform.answerMessage(reply());
    await testClient().sendA2AMessage(PEER, "Summarise the report");

    const [request] = platform.sent;
    expect(request).toMatchObject({ method: "POST", path: `/workspaces/${PEER}/a2a` });
    expect(request?.body).toEqual({
      jsonrpc: "2.0",
      id: expect.stringMatching(UUID),
      method: "message/send",
      params: {
        message: {
          kind: "message",
          role: "user",
          messageId: expect.stringMatching(UUID),
          parts: [{ kind: "text", text: "Summarise the report" }],
        },
        metadata: { source_workspace_id: OWN },
      },
    });
  });

  it("names the workspace and carries the token of that workspace", async () => {
    platform.answerMessage(reply(), reply());
    const client = clientOfTwo();
    await client.sendA2AMessage(PEER, "from the first");
    await client.sendA2AMessage(PEER, "from the second", { source: SECOND });

    expect(platform.sent.map((request) => request.headers)).toMatchObject([
      { authorization: `Bearer ${TOKEN}`, "x-workspace-id": OWN },
      { authorization: `Bearer ${SECOND_TOKEN}`, "x-workspace-id": SECOND },
    ]);
    expect(platform.envelopes().map((envelope) => envelope.params.metadata)).toEqual([
      { source_workspace_id: OWN },
      { source_workspace_id: SECOND },
    ]);
  });

  it("declares JSON, accepts no encoding and sends the platform's own origin", async () => {
    platform.answerMessage(reply());
    await testClient({ orgId: "org-1" }).sendA2AMessage(PEER, "hi");

    expect(platform.sent[0]?.headers).toMatchObject({
      accept: "application/json",
      "accept-encoding": "identity",
      "content-type": "application/json",
      origin: PLATFORM,
      "x-molecule-org-id": "org-1",
    });
  });

  it("leaves out headers that are disabled or have no value", async () => {
    platform.answerMessage(reply());
    await testClient({ origin: null, token: () => undefined }).sendA2AMessage(PEER, "hi");

    const names = Object.keys(platform.sent[0]?.headers ?? {});
    expect(names).not.toContain("origin");
    expect(names).not.toContain("authorization");
    expect(names).not.toContain("x-molecule-org-id");
  });

  it("carries the caller's message id, conversation, task and metadata", async () => {
    platform.answerMessage(reply());
    const sent = await testClient().sendA2AMessage(PEER, "yes", {
      messageId: "mine-1",
      contextId: "conversation 7",
      taskId: "task 9",
      metadata: { trace: { id: "abc" } },
    });

    expect(sent.messageId).toBe("mine-1");
    expect(platform.envelopes()[0]?.params.message).toMatchObject({
      messageId: "mine-1",
      contextId: "conversation 7",
      taskId: "task 9",
      metadata: { trace: { id: "abc" } },
    });
  });

  it("has no conversation, task or metadata by default", async () => {
    platform.answerMessage(reply());
    await testClient().sendA2AMessage(PEER, "hi");
    expect(Object.keys(platform.envelopes()[0]?.params.message ?? {}).sort()).toEqual([
      "kind",
      "messageId",
      "parts",
      "role",
    ]);
  });

  it("sends text, data and file parts in order, the text before the parts", async () => {
    platform.answerMessage(reply());
    const file = { uri: "workspace:/r.pdf", name: "r.pdf", mimeType: "application/pdf" };
    await testClient().sendA2AMessage(PEER, {
      text: "Look at this",
      parts: [
        { kind: "data", data: { rows: [1, 2] } },
        { kind: "file", file },
        { kind: "text", text: "and answer" },
      ],
    });

    expect(platform.envelopes()[0]?.params.message.parts).toEqual([
      { kind: "text", text: "Look at this" },
      { kind: "data", data: { rows: [1, 2] } },
      { kind: "file", file },
      { kind: "text", text: "and answer" },
    ]);
  });

  it("puts the peer's id into the path in its normal form", async () => {
    platform.answerMessage(reply());
    await testClient().sendA2AMessage(`  ${PEER.toUpperCase()}\n`, "hi");
    expect(platform.sent[0]?.path).toBe(`/workspaces/${PEER}/a2a`);
  });

  it("keeps the path of a platform that is mounted below one", async () => {
    platform.answer(`POST /tenant/a/workspaces/${PEER}/a2a`, reply());
    await testClient({ platformUrl: `${PLATFORM}/tenant/a/` }).sendA2AMessage(PEER, "hi");
    expect(platform.sent[0]?.headers.origin).toBe(PLATFORM);
  });

  it("goes to the own workspace with `allowSelf`", async () => {
    platform.answer(`POST /workspaces/${OWN}/a2a`, reply("myself"));
    const sent = await testClient().sendA2AMessage(OWN, "hi", { allowSelf: true });
    expect(sent.text).toBe("myself");
  });
});

describe("the report of a send", () => {
  it("has the outcome, the message id and the number of requests", async () => {
    platform.answerMessage({ status: 503, body: { error: "…", waking: true } }, reply("awake"));
    const sent = await testClient().sendA2AMessage(PEER, "hi");
    expect(sent).toMatchObject({ kind: "reply", text: "awake", attempts: 2 });
    expect(sent.messageId).toBe(platform.envelopes()[0]?.params.message.messageId);
    expect(sent.elapsedMs).toBeGreaterThanOrEqual(0);
  });

  it("does not use the message id of the response", async () => {
    platform.answerMessage({ body: { jsonrpc: "2.0", id: 17, result: "hello" } });
    expect(await testClient().sendA2AMessage(PEER, "hi")).toMatchObject({ kind: "reply", text: "hello" });
  });

  it("is an error with the same facts when the send failed", async () => {
    platform.answerMessage({
      body: { jsonrpc: "2.0", id: "x", error: { code: -32601, message: "no method" } },
    });
    const sending = testClient().sendA2AMessage(PEER, "hi", { messageId: "mine-2" });
    await expect(sending).rejects.toMatchObject({
      name: "A2AError",
      code: "rpc_error",
      rpcCode: -32601,
      status: 200,
      attempts: 1,
      messageId: "mine-2",
      peerId: PEER,
      target: `${PLATFORM}/workspaces/${PEER}/a2a`,
    });
  });
});
