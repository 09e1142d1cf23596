import type { A2AClient, HttpMethod } from "a2a-peers";
import { describe, expect, it } from "vitest";
import { clientOfTwo, testClient } from "../helpers/client";
import { failureOf } from "../helpers/failure";
import { OWN, PLATFORM, SECOND, SECOND_TOKEN, TOKEN } from "../helpers/ids";
import { nockPlatform } from "../helpers/nock-platform";

const { sent, answer } = nockPlatform();
const PATH = "/workspaces/x/things";
const JSON_TYPE = { "content-type": "application/json; charset=utf-8" };

describe("a request to any route", () => {
  it("has the headers of the workspace, its query and its JSON", async () => {
    answer(`POST ${PATH}?q=a+b%26c&limit=5`, { status: 201, body: { id: 7 }, headers: { "X-Version": "3" } });
    const response = await testClient().request("POST", PATH, {
      query: { q: "a b&c", limit: 5, scope: undefined },
      body: { content: "hello" },
    });
    expect(response).toMatchObject({ status: 201, body: { id: 7 } });
    expect(response.headers.get("x-VERSION")).toBe("3");
    expect(response.headers.get("x-other")).toBeNull();
    expect(sent[0]).toMatchObject({
      body: { content: "hello" },
      headers: {
        authorization: `Bearer ${TOKEN}`,
        "x-workspace-id": OWN,
        origin: PLATFORM,
        "content-type": "application/json",
      },
    });
  });

  it("is made by the workspace that `source` names", async () => {
    answer(`GET ${PATH}`, { body: [] });
    await clientOfTwo().request("GET", PATH, { source: SECOND });
    expect(sent[0]?.headers).toMatchObject({
      authorization: `Bearer ${SECOND_TOKEN}`,
      "x-workspace-id": SECOND,
    });
  });

  it.each<[string, { status?: number; body?: unknown; headers?: Record<string, string> }, unknown]>([
    ["JSON", { body: '{"a":1}', headers: JSON_TYPE }, { a: 1 }],
    ["JSON of another type", { body: "[1]", headers: { "content-type": "application/problem+json" } }, [1]],
    ["JSON without a type", { body: "[1]" }, [1]],
    ["text", { body: "12", headers: { "content-type": "text/plain" } }, "12"],
    ["text without a type", { body: "ok" }, "ok"],
    ["nothing", { status: 204 }, undefined],
  ])("resolves to a body of %s", async (_, given, body) => {
    answer(`DELETE ${PATH}`, given);
    expect((await testClient().request("DELETE", PATH)).body).toEqual(body);
  });

  it("rejects a body that is called JSON and is none", async () => {
    answer(`GET ${PATH}`, { body: "<html>", headers: JSON_TYPE });
    expect(await failureOf(testClient().request("GET", PATH))).toMatchObject({
      code: "bad_response",
      status: 200,
    });
  });

  it("adds its query to that of the path, and names neither in an error", async () => {
    answer(`GET ${PATH}?a=1&b=secret`, { status: 400, body: { error: "no such thing" } });
    const error = await failureOf(testClient().request("GET", `${PATH}?a=1`, { query: { b: "secret" } }));
    expect(error).toMatchObject({ code: "bad_request", status: 400, target: PLATFORM + PATH });
    expect(error.message).toContain('"no such thing"');
    expect(JSON.stringify(error)).not.toContain("secret");
  });

  it.each([
    [401, { error: "no" }, "unauthorized"],
    [403, { error: "no" }, "access_denied"],
    [404, { error: "no" }, "bad_request"],
    [409, { error: "no" }, "bad_request"],
    [302, "", "bad_response"],
  ])("throws for %i with the platform's reason", async (status, body, code) => {
    answer(`POST ${PATH}`, { status, body, headers: { location: "http://elsewhere.test/" } });
    const error = await failureOf(testClient().request("POST", PATH));
    expect(error).toMatchObject({ code, status, delivery: "not-sent", attempts: 1 });
    if (body !== "") expect(error.message).toContain('"no"');
  });

  it("says that the route may not exist", async () => {
    answer(`GET ${PATH}`, { status: 404, body: "404 page not found" });
    expect((await failureOf(testClient().request("GET", PATH))).message).toContain("may have no such route");
  });

  it("asks the source of the token again after a 401", async () => {
    answer(`PUT ${PATH}`, { status: 401, body: { error: "no" } }, { body: {} });
    const tokens = ["old", "new"];
    await testClient({ token: () => tokens.shift() }).request("PUT", PATH, { body: {} });
    expect(sent.map(({ headers }) => headers.authorization)).toEqual(["Bearer old", "Bearer new"]);
  });

  it("is part of what a closed client refuses", async () => {
    const client = testClient();
    await client.close();
    expect(await failureOf(client.request("GET", PATH))).toMatchObject({ code: "closed" });
  });
});

describe("a path", () => {
  it.each([
    "",
    "workspaces",
    "//elsewhere.test/x",
    "http://elsewhere.test/",
    "/a/../b",
    "/..",
    "/a/./b",
    "/a/%2e%2e/b",
    "/a/.%2E/b",
    "/a/%252e%252e/b",
    "/a%2fb",
    "/a%5Cb",
    "/a\\b",
    "/a%00",
    "/a%0d%0ab",
    "/a\nb",
    "/a b",
    "/ä",
    "/a#b",
    "/a%",
    "/a%zz",
    `/${"a".repeat(8192)}`,
    undefined,
    7,
  ])("of %j is refused without a request", async (path) => {
    // biome-ignore format: one list
    const error = await failureOf(testClient().request("GET", path as string));
    expect(error).toMatchObject({ code: "invalid_argument", attempts: 0 });
    expect(error.message).toContain("`path`");
  });

  it.each(["/", "/a/:id/b", "/a..b/.c/d.", "/a%20b/100%25", "/a/b/", "/a?x=../y"])(
    "of %j is sent as it is",
    async (path) => {
      answer(`GET ${path}`, { body: [] });
      await testClient().request("GET", path);
      expect(sent[0]?.path).toBe(path);
    },
  );
});

describe("a wrong argument", () => {
  const circular: unknown[] = [];
  circular.push(circular);
  it.each<[string, Parameters<A2AClient["request"]>]>([
    ["method", ["TRACE" as HttpMethod, "/a"]],
    ["body", ["GET", "/a", { body: {} }]],
    ["body", ["POST", "/a", { body: circular }]],
    ["body", ["POST", "/a", { body: 1n }]],
    ["query", ["GET", "/a", { query: "x" as never }]],
    ["query", ["GET", "/a", { query: { x: {} as never } }]],
    ["idempotent", ["POST", "/a", { idempotent: 1 as never }]],
    ["query", ["GET", "/a", { qurey: {} } as never]],
    ["source", ["GET", "/a", { source: SECOND }]],
  ])("is refused and named: %s", async (name, given) => {
    const error = await failureOf(testClient().request(...given));
    expect(error).toMatchObject({ code: "invalid_argument", attempts: 0 });
    expect(error.message).toContain(`\`${name}\``);
  });

  it("is a body above the limit", async () => {
    const client = testClient({ limits: { requestBytes: 10 } });
    expect(await failureOf(client.request("POST", "/a", { body: "ä".repeat(5) }))).toMatchObject({
      code: "too_large",
      attempts: 0,
    });
  });
});
