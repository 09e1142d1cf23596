import type { Fault } from "a2a-peers/testing";
import { describe, expect, it } from "vitest";
import { until, type World, world } from "../delegation/helpers/world";
import { failureOf } from "../helpers/failure";

const ROUTE = "POST /workspaces/:id/notify";
const UNAVAILABLE = { error: "platform datastore unavailable — retry shortly", code: "platform_unavailable" };

describe("a message to the user", () => {
  it("is shown unchanged", async () => {
    const { client, me, requests } = await world();
    await expect(client.notifyUser(" Done: 3 files.\n")).resolves.toBeUndefined();
    expect(me.notifications).toEqual([" Done: 3 files.\n"]);
    expect(requests("POST", "/notify")[0]?.body).toEqual({ message: " Done: 3 files.\n" });
  });

  it.each<[string, Fault]>([
    ["a rate limit", { status: 429, body: { error: "rate limit exceeded", retry_after: 0 } }],
    ["a platform without its database", { status: 503, body: UNAVAILABLE }],
  ])("is repeated after %s: it was surely not shown", async (_, fault) => {
    const { client, platform, me, requests } = await world();
    platform.fail(ROUTE, fault, { times: 2 });
    await client.notifyUser("hi");
    expect(me.notifications).toEqual(["hi"]);
    expect(requests("POST", "/notify")).toHaveLength(3);
  });

  it.each<[string, Fault, string]>([
    ["a 502", { status: 502 }, "platform_error"],
    ["a 503 that explains nothing", { status: 503, body: { error: "x" } }, "platform_error"],
    ["a 504", { status: 504, body: "<html>" }, "platform_error"],
    ["a 500", { status: 500 }, "platform_error"],
    ["a reset", { kind: "reset" }, "network"],
    ["a closed connection", { kind: "close" }, "network"],
    ["half an answer", { kind: "cut-head" }, "network"],
  ])("is not repeated after %s: it may have been shown", async (_, fault, code) => {
    const { client, platform, requests } = await world();
    platform.fail(ROUTE, fault);
    expect(await failureOf(client.notifyUser("hi"))).toMatchObject({ code, delivery: "maybe", attempts: 1 });
    expect(requests("POST", "/notify")).toHaveLength(1);
  });

  it.each([
    [400, { error: "message is required" }, "bad_request"],
    [401, { error: "invalid workspace auth token" }, "unauthorized"],
    [403, undefined, "wrong_tenant"],
    [404, { error: "workspace not found" }, "bad_request"],
  ])("is not shown after %i %j", async (status, body, code) => {
    const { client, platform } = await world();
    platform.fail(ROUTE, { status, body });
    const error = await failureOf(client.notifyUser("hi"));
    expect(error).toMatchObject({ code, status, delivery: "not-sent", retryable: false, attempts: 1 });
  });

  it("is sent again with a refreshed token", async () => {
    const tokens = ["old"];
    const all: World = await world({ token: () => tokens.shift() ?? all.me.token ?? "" });
    await all.client.notifyUser("hi");
    expect(all.me.notifications).toEqual(["hi"]);
  });

  it.each([undefined, 7, "", " \n\t"])("of %j is rejected without a request", async (message) => {
    const { client, platform } = await world();
    const error = await failureOf(client.notifyUser(message as string));
    expect(error).toMatchObject({ code: "invalid_argument", delivery: "not-sent", attempts: 0 });
    expect(platform.requests).toEqual([]);
  });

  it("can be aborted", async () => {
    const { client, platform } = await world();
    platform.fail(ROUTE, { kind: "stall" });
    const controller = new AbortController();
    const rejected = expect(client.notifyUser("hi", { signal: controller.signal })).rejects.toBe("enough");
    await until(() => platform.requests.length === 1);
    controller.abort("enough");
    await rejected;
  });
});
