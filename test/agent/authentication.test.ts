import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Authenticate } from "a2a-peers/agent";
import { describe, expect, it, vi } from "vitest";
import { scratchFolder } from "../helpers/scratch-folder";
import { ofType } from "./helpers/agent";
import { REGISTERED, SECRET, sendRequest, startFetchAgent } from "./helpers/fetch-agent";

const onMessage = () => "ran";
const SIGNED = { authorization: `Bearer ${SECRET}` };

describe("a request to an agent of a platform that signs", () => {
  it.each([
    ["the secret", SIGNED, 200],
    ["no signature", {}, 401],
    ["another secret", { authorization: "Bearer other" }, 401],
    ["the beginning of the secret", { authorization: `Bearer ${SECRET.slice(0, -1)}` }, 401],
    ["the secret and more", { authorization: `Bearer ${SECRET}x` }, 401],
    ["the secret without a scheme", { authorization: SECRET }, 401],
    ["an empty signature", { authorization: "" }, 401],
  ])("with %s gets the status it should", async (_, headers, status) => {
    const handler = vi.fn(onMessage);
    const { post } = await startFetchAgent({ onMessage: handler });
    const response = await post(sendRequest("hello"), headers as Record<string, string>);
    expect(response.status).toBe(status);
    expect(handler).toHaveBeenCalledTimes(status === 200 ? 1 : 0);
    if (status === 401) {
      expect(response.headers.get("www-authenticate")).toBe("Bearer");
      expect(await response.json()).toMatchObject({
        id: null,
        error: { code: -32600, data: { ran: false } },
      });
    }
  });

  it("is refused while the platform has given no secret, signed or not", async () => {
    const { post, events } = await startFetchAgent({ onMessage }, REGISTERED.withoutSecret);
    expect((await post(sendRequest("hello"), {})).status).toBe(401);
    expect((await post(sendRequest("hello"), SIGNED)).status).toBe(401);
    expect(ofType(events, "agent.request_refused").map(({ reason }) => reason)).toEqual([
      "unsigned",
      "no-secret",
    ]);
  });

  it("may be signed with the secret that an earlier heartbeat has stored", async () => {
    const stateDir = await scratchFolder();
    await writeFile(join(stateDir, ".platform_inbound_secret"), "stored-secret", { mode: 0o600 });
    const { post } = await startFetchAgent({ onMessage, heartbeat: { stateDir } }, REGISTERED.withoutSecret);
    expect((await post(sendRequest("hello"), { authorization: "Bearer stored-secret" })).status).toBe(200);
    expect((await post(sendRequest("hello"), SIGNED)).status).toBe(401);
  });

  it("signed with a new secret is accepted once a beat has brought it, which wrong secrets cause only now and then", async () => {
    let secret = SECRET;
    let beats = 0;
    const { post, agent } = await startFetchAgent({ onMessage }, REGISTERED["2026-05"], {
      fetch: async (input) => {
        if (String(input).endsWith("/registry/heartbeat")) beats += 1;
        return Response.json({
          status: "registered",
          delivery_mode: "push",
          platform_inbound_secret: secret,
        });
      },
    });
    await agent.heartbeat.beat();
    const before = beats;
    secret = "new-secret";
    const together = Array.from({ length: 3 }, () =>
      post(sendRequest("hello"), { authorization: "Bearer new-secret" }),
    );
    expect((await Promise.all(together)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await post(sendRequest("hello"), SIGNED)).status).toBe(401);
    expect((await post(sendRequest("hello"), SIGNED)).status).toBe(401);
    expect(beats).toBe(before + 1);
  });

  it("is reported at the 1st, 10th and 100th refusal, without the secret", async () => {
    const { post, events } = await startFetchAgent({ onMessage });
    for (let count = 0; count < 12; count += 1) await post("{}", { authorization: "Bearer wrong" });
    expect(ofType(events, "agent.request_refused")).toMatchObject([
      { reason: "wrong-secret", count: 1 },
      { reason: "wrong-secret", count: 10 },
    ]);
    expect(JSON.stringify(events)).not.toContain(SECRET);
  });
});

describe("a request to an agent of a platform of April 2026", () => {
  it("is accepted without a signature, which an event says once", async () => {
    const { post, events } = await startFetchAgent({ onMessage }, REGISTERED["2026-04"]);
    for (let count = 0; count < 3; count += 1)
      expect((await post(sendRequest("hello"), {})).status).toBe(200);
    expect(ofType(events, "agent.unsigned_accepted")).toHaveLength(1);
  });

  it("is refused with `authenticate: inbound-secret`", async () => {
    const options = { onMessage, authenticate: "inbound-secret" } as const;
    const { post } = await startFetchAgent(options, REGISTERED["2026-04"]);
    expect((await post(sendRequest("hello"), {})).status).toBe(401);
  });
});

describe("authenticate", () => {
  it("`optional` accepts what is not signed, and refuses what is signed wrongly", async () => {
    const { post, events } = await startFetchAgent({ onMessage, authenticate: "optional" });
    expect((await post(sendRequest("hello"), {})).status).toBe(200);
    expect((await post(sendRequest("hello"), SIGNED)).status).toBe(200);
    expect((await post(sendRequest("hello"), { authorization: "Bearer other" })).status).toBe(401);
    expect(ofType(events, "agent.unsigned_accepted")).toHaveLength(1);
  });

  it.each([
    ["true", () => true, 200],
    ["a promise of true", async () => true, 200],
    ["false", () => false, 401],
    ["something that is not true", () => "yes" as unknown as boolean, 401],
    ["an exception", () => { throw new Error("SENSITIVE"); }, 401],
    ["a rejection", () => Promise.reject(new Error("SENSITIVE")), 401],
  ] satisfies [string, Authenticate, number][])("as a function decides: %s", async (_, authenticate, status) => {
    const { post } = await startFetchAgent({ onMessage, authenticate });
    const response = await post(sendRequest("hello"), {});
    expect(response.status).toBe(status);
    expect(await response.text()).not.toContain("SENSITIVE");
  }); // biome-ignore format: rows

  it("as a function sees the request", async () => {
    const authenticate = (request: Request) => request.headers.get("x-key") === "1";
    const { post } = await startFetchAgent({ onMessage, authenticate });
    expect((await post(sendRequest("hello"), { "x-key": "1" })).status).toBe(200);
    expect((await post(sendRequest("hello"), SIGNED)).status).toBe(401);
  });
});
