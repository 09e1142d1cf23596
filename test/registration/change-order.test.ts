import type { A2AEvent, AgentCard } from "a2a-peers";
import { describe, expect, it, onTestFinished } from "vitest";
import { createClientOn } from "../../src/client/client";
import { getInternals } from "../../src/client/internals";
import { failureOf } from "../helpers/failure";
import { OWN, PLATFORM, SECOND, SECOND_TOKEN, TOKEN } from "../helpers/ids";
import { virtualClock } from "../helpers/sockets-clock";

const V1 = { name: "me", version: "1" };
const V2 = { name: "me", version: "2" };
const FIRST_URL = "http://8.8.8.8/first";
const SECOND_URL = "http://8.8.8.8/second";

interface Posted {
  path: string;
  id: string;
  url?: string;
  card: AgentCard;
}

/** A platform whose answers the test can hold; what is held has no effect until it is let go. */
function setUp() {
  const clock = virtualClock();
  const posted: Posted[] = [];
  const events: A2AEvent[] = [];
  const state: { card?: AgentCard; url?: string | undefined } = {};
  const held: (() => void)[] = [];
  let holding = 0;
  const client = createClientOn(clock, {
    platformUrl: PLATFORM,
    workspaces: [
      { id: OWN, token: TOKEN },
      { id: SECOND, token: SECOND_TOKEN },
    ],
    onEvent: (event) => events.push(event),
    fetch: async (input, init) => {
      const { pathname } = new URL(String(input));
      if (init?.method !== "POST") return Response.json({ id: OWN, status: "online" });
      const { id, workspace_id, url, agent_card: card } = JSON.parse(String(init.body));
      posted.push({ path: pathname, id: id ?? workspace_id, url, card });
      if (holding > 0) {
        holding -= 1;
        await new Promise<void>((resolve, reject) => {
          held.push(resolve);
          init.signal?.addEventListener("abort", () => reject(new Error("aborted")));
        });
      }
      state.card = card;
      if (url !== undefined) state.url = url;
      return Response.json({ status: "registered", delivery_mode: "push" });
    },
  });
  onTestFinished(() => client.close());
  const { workspaces, registerAgain } = getInternals(client);
  const caller = new AbortController();
  /** As a heartbeat does after an outage. */
  const repeat = (timeoutMs = 10_000) =>
    registerAgain(workspaces.default, { timeoutMs, signal: caller.signal });
  return {
    ...{ clock, client, posted, events, state, caller, repeat },
    hold: (count = 1) => {
      holding = count;
    },
    letGo: () => {
      for (const go of held.splice(0)) go();
    },
    /** Until nothing moves any more without time going by. */
    rest: () => clock.advance(0),
  };
}

async function registered() {
  const world = setUp();
  await world.clock.drive(world.client.register({ url: FIRST_URL, agentCard: V1 }));
  return world;
}

describe("changes of one registration run in the order of their calls", () => {
  it("a late repetition does not undo a newer card", async () => {
    const { client, clock, state, hold, letGo, repeat, rest } = await registered();
    hold();
    const repeating = repeat();
    await rest();
    const updating = client.updateAgentCard(V2);
    await rest();
    letGo();
    expect(await clock.drive(repeating as Promise<unknown>)).toMatchObject({ ok: true });
    await clock.drive(updating);
    expect(state.card).toEqual(V2);
    await clock.drive(repeat() as Promise<unknown>);
    expect(state.card).toEqual(V2);
  });

  it("a late repetition does not undo a newer registration", async () => {
    const { client, clock, state, hold, letGo, repeat, rest } = await registered();
    hold();
    const repeating = repeat();
    await rest();
    const registering = client.register({ url: SECOND_URL, agentCard: V2 });
    await rest();
    letGo();
    await clock.drive(Promise.all([repeating, registering]));
    expect(state).toEqual({ card: V2, url: SECOND_URL });
    await clock.drive(repeat() as Promise<unknown>);
    expect(state).toEqual({ card: V2, url: SECOND_URL });
  });

  it("a repetition repeats the last registration at its turn", async () => {
    const { client, clock, posted, hold, letGo, repeat, rest } = await registered();
    hold();
    const updating = client.updateAgentCard(V2);
    await rest();
    const repeating = repeat();
    await rest();
    expect(posted).toHaveLength(2);
    letGo();
    await clock.drive(Promise.all([updating, repeating]));
    expect(posted.at(-1)).toEqual({ path: "/registry/register", id: OWN, url: FIRST_URL, card: V2 });
  });

  it("a registration and the card that follows it", async () => {
    const { client, clock, state, posted, hold, letGo, rest } = setUp();
    hold();
    const changes = [client.register({ agentCard: V1 }), client.updateAgentCard(V2)];
    await rest();
    expect(posted).toHaveLength(1);
    letGo();
    await clock.drive(Promise.all(changes));
    expect(state.card).toEqual(V2);
  });

  it("also when one of them fails or is invalid", async () => {
    const { client, clock, posted } = setUp();
    const wrong = failureOf(client.register({ url: "http://127.0.0.1", agentCard: V1 }));
    const aborted = client.updateAgentCard(V1, { signal: AbortSignal.abort("enough") });
    await expect(aborted).rejects.toBe("enough");
    await clock.drive(client.updateAgentCard(V2));
    expect(await wrong).toMatchObject({ code: "invalid_argument" });
    expect(posted).toHaveLength(1);
  });

  it("and independently of another workspace", async () => {
    const { client, clock, posted, hold, letGo, rest } = setUp();
    hold();
    const first = client.updateAgentCard(V1);
    await rest();
    await client.updateAgentCard(V2, { source: SECOND });
    expect(posted.map(({ id }) => id)).toEqual([OWN, SECOND]);
    letGo();
    await clock.drive(first);
  });
});

describe("a repetition that hangs", () => {
  it("is preempted by a call of the user that has waited for half of its time", async () => {
    const { client, clock, state, hold, letGo, repeat, rest } = await registered();
    hold();
    const repeating = repeat(60_000) as Promise<unknown>;
    await rest();
    const startedAt = clock.now();
    await clock.drive(client.updateAgentCard(V2, { timeoutMs: 4000 }));
    expect(clock.now() - startedAt).toBe(2000);
    expect(await repeating).toMatchObject({ ok: false, error: { code: "timeout", retryable: true } });
    letGo();
    await rest();
    expect(state.card).toEqual(V2);
    expect(clock.pending).toBe(0);
  });

  it("ends with its own timeout, and with the reason of an abort", async () => {
    const { client, clock, hold, repeat, rest, caller } = await registered();
    hold(2);
    expect(await clock.drive(repeat(1000) as Promise<unknown>)).toMatchObject({
      ok: false,
      error: { code: "timeout" },
    });
    const repeating = repeat(1000) as Promise<unknown>;
    await rest();
    caller.abort("enough");
    await expect(repeating).rejects.toBe("enough");
    await expect(repeat() as Promise<unknown>).rejects.toBe("enough");
    await client.updateAgentCard(V2);
    expect(clock.pending).toBe(0);
  });

  it("waits for a call of the user until its own timeout, and does not overtake it", async () => {
    const { client, clock, posted, hold, letGo, repeat, rest } = await registered();
    hold();
    const updating = client.updateAgentCard(V2, { timeoutMs: 60_000 });
    await rest();
    expect(await clock.drive(repeat(1000) as Promise<unknown>)).toMatchObject({
      ok: false,
      error: { code: "timeout" },
    });
    expect(posted).toHaveLength(2);
    letGo();
    await clock.drive(updating);
  });
});

describe("a call of the user that waits for another", () => {
  it("continues after half of its time", async () => {
    const { client, clock, posted, hold, letGo, rest } = setUp();
    hold();
    const first = client.register({ agentCard: V1 }, { timeoutMs: 60_000 });
    await rest();
    await clock.drive(client.updateAgentCard(V2, { timeoutMs: 1000 }));
    expect(clock.now()).toBe(500);
    expect(posted.map(({ card }) => card)).toEqual([V1, V2]);
    letGo();
    await clock.drive(first);
  });

  it("ends with the caller's own reason, and when the client closes", async () => {
    const { client, posted, hold, rest } = setUp();
    hold();
    const first = failureOf(client.register({ agentCard: V1 }));
    const caller = new AbortController();
    const second = client.updateAgentCard(V2, { signal: caller.signal });
    const third = failureOf(client.register({ agentCard: V2 }));
    await rest();
    caller.abort("enough");
    await expect(second).rejects.toBe("enough");
    await client.close();
    expect([await first, await third]).toMatchObject([{ code: "closed" }, { code: "closed" }]);
    expect(posted).toHaveLength(1);
  });
});
