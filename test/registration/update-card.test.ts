import type { A2AClientOptions, A2AEvent, AgentCard } from "a2a-peers";
import { startPlatform } from "a2a-peers/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { getInternals } from "../../src/client/internals";
import { testClient } from "../helpers/client";
import { failureOf } from "../helpers/failure";
import { OWN, SECOND, SECOND_TOKEN, TOKEN } from "../helpers/ids";
import { REFUSED_STATUSES } from "./refused-statuses";

const ROUTE = "POST /registry/update-card";
const CARD = { name: "me", version: "1" };
const NEWER = { name: "me", version: "2", skills: [{ id: "sum", name: "Sum" }] };

async function setUp(options: A2AClientOptions = {}) {
  const platform = await startPlatform();
  onTestFinished(() => platform.close());
  const me = platform.addWorkspace({ id: OWN, token: TOKEN, status: "offline" });
  const events: A2AEvent[] = [];
  const client = testClient({
    platformUrl: platform.url,
    token: TOKEN,
    onEvent: (event) => events.push(event),
    ...options,
  });
  const requests = (path = "/registry/update-card") =>
    platform.requests.filter((request) => request.path === path);
  /** As a heartbeat does after an outage. */
  const registerAgain = () => {
    const { workspaces, registerAgain } = getInternals(client);
    return registerAgain(workspaces.default, { timeoutMs: 5000, signal: new AbortController().signal });
  };
  return { platform, me, client, events, requests, registerAgain };
}

describe("a new card", () => {
  it("replaces the whole earlier card, with the token of the workspace", async () => {
    const { me, client, requests } = await setUp();
    expect(await client.updateAgentCard(NEWER)).toBeUndefined();
    expect(me.state).toMatchObject({ agentCard: NEWER, status: "offline" });
    expect(requests()).toHaveLength(1);
    expect(requests()[0]).toMatchObject({
      headers: { authorization: `Bearer ${TOKEN}`, "x-workspace-id": OWN },
      body: { workspace_id: OWN, agent_card: NEWER },
    });
  });

  it("of another workspace of the client is sent with that workspace's token", async () => {
    const { platform, client, requests } = await setUp({
      workspaceId: undefined,
      token: undefined,
      workspaces: [
        { id: OWN, token: TOKEN },
        { id: SECOND, token: SECOND_TOKEN },
      ],
    });
    const second = platform.addWorkspace({ id: SECOND, token: SECOND_TOKEN });
    await client.updateAgentCard(NEWER, { source: SECOND });
    expect(second.state.agentCard).toEqual(NEWER);
    expect(requests()[0]?.headers).toMatchObject({ authorization: `Bearer ${SECOND_TOKEN}` });
  });

  it("is part of a registration that is repeated later", async () => {
    const { me, client, registerAgain } = await setUp();
    await client.register({ url: "http://localhost:9000", agentCard: CARD });
    await client.updateAgentCard(NEWER);
    me.setStatus("offline");
    expect(await registerAgain()).toMatchObject({ ok: true });
    expect(me.state).toMatchObject({ agentCard: NEWER, status: "online", deliveryMode: "push" });
  });

  it("that was refused is not part of it", async () => {
    const { platform, me, client, registerAgain } = await setUp();
    await client.register({ agentCard: CARD });
    platform.fail(ROUTE, { status: 400, body: { error: "invalid request body" } });
    await failureOf(client.updateAgentCard(NEWER));
    await registerAgain();
    expect(me.state.agentCard).toEqual(CARD);
  });

  it("does not register a workspace that was not registered", async () => {
    const { client, registerAgain } = await setUp();
    await client.updateAgentCard(NEWER);
    expect(await registerAgain()).toBeUndefined();
  });

  it("is copied when the call is made", async () => {
    const { me, client, registerAgain } = await setUp();
    const card = { name: "me", skills: [{ name: "Sum" }] };
    await client.register({ agentCard: CARD });
    const call = client.updateAgentCard(card);
    card.name = "changed";
    card.skills.pop();
    await call;
    const expected = { name: "me", skills: [{ name: "Sum" }] };
    expect(me.state.agentCard).toEqual(expected);
    await registerAgain();
    expect(me.state.agentCard).toEqual(expected);
  });
});

describe("a registration that is repeated later", () => {
  it("does not resolve the host name again, and fetches no record", async () => {
    const { client, requests, registerAgain } = await setUp();
    await client.register({ url: "http://localhost:9000", agentCard: CARD });
    expect(await registerAgain()).toMatchObject({ ok: true });
    expect(requests("/registry/register")).toHaveLength(2);
    expect(requests(`/workspaces/${OWN}`)).toHaveLength(1);
  });

  it("is not sent for a removed workspace, also when it was registered before", async () => {
    const { me, client, requests, registerAgain } = await setUp();
    await client.register({ agentCard: CARD });
    me.setStatus("removed");
    const error = await failureOf(client.register({ agentCard: CARD }));
    expect(error).toMatchObject({ code: "workspace_removed" });
    expect(await registerAgain()).toBeUndefined();
    expect(requests("/registry/register")).toHaveLength(2);
  });
});

describe("a failure", () => {
  it("calls the token source once more after a 401", async () => {
    const tokens = ["old-token-old-token", TOKEN];
    const { client, requests, me } = await setUp({ token: () => tokens.shift() });
    await client.updateAgentCard(NEWER);
    expect(requests()).toHaveLength(2);
    expect(me.state.agentCard).toEqual(NEWER);
  });

  it.each(REFUSED_STATUSES)("%i is %s, after %i attempts", async (status, code, attempts) => {
    const { platform, client, requests } = await setUp({ retry: { maxAttempts: 3 } });
    platform.fail(ROUTE, { status, body: { error: "it says no" } });
    const error = await failureOf(client.updateAgentCard(NEWER));
    expect(error).toMatchObject({ code, status, attempts });
    expect(error.message).toContain("it says no");
    expect(requests()).toHaveLength(attempts);
  });

  it("is a success response that is not a JSON object", async () => {
    const { platform, client } = await setUp();
    platform.fail(ROUTE, { status: 200, body: "<html></html>" });
    expect(await failureOf(client.updateAgentCard(NEWER))).toMatchObject({ code: "bad_response" });
  });

  it("of the connection is retried", async () => {
    const { platform, client, me } = await setUp({ retry: { maxAttempts: 3 } });
    platform.fail(ROUTE, { kind: "reset" }, { times: 2 });
    await client.updateAgentCard(NEWER);
    expect(me.state.agentCard).toEqual(NEWER);
  });

  it("by abort rejects with the caller's reason, and by closing the client with `closed`", async () => {
    const { platform, client, requests } = await setUp();
    platform.fail(ROUTE, { kind: "stall" });
    const caller = new AbortController();
    const aborted = client.updateAgentCard(NEWER, { signal: caller.signal });
    await expect.poll(() => requests().length).toBe(1);
    caller.abort("enough");
    await expect(aborted).rejects.toBe("enough");
    const closed = failureOf(client.updateAgentCard(NEWER));
    await expect.poll(() => requests().length).toBe(2);
    await client.close();
    expect(await closed).toMatchObject({ code: "closed" });
  });

  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["text", "me"],
    ["a list", [CARD]],
    ["no name", { version: "1" }],
    ["a name that is a number", { name: 7 }],
    ["what JSON cannot hold", { name: "me", size: 1n }],
  ])("is a card that is %s: nothing is sent", async (_, card) => {
    const { client, requests } = await setUp();
    const error = await failureOf(client.updateAgentCard(card as AgentCard));
    expect(error).toMatchObject({ code: "invalid_argument", attempts: 0 });
    expect(error.message).toContain("`card`");
    expect(requests()).toEqual([]);
  });
});
