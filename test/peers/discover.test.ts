import type { A2AErrorCode } from "a2a-peers";
import nock from "nock";
import { describe, expect, it } from "vitest";
import { testClient } from "../helpers/client";
import { failureOf } from "../helpers/failure";
import { OTHER_PEER, OWN, PEER, PLATFORM, TOKEN } from "../helpers/ids";
import { type Answer, nockPlatform } from "../helpers/nock-platform";
import { until } from "../helpers/sockets-client";

const platform = nockPlatform();
const ROUTE = `GET /registry/discover/${PEER}`;

describe("discoverPeer", () => {
  it("requests the peer as the own workspace, with its token", async () => {
    platform.answer(ROUTE, { body: { id: PEER } });
    await testClient().discoverPeer(` ${PEER.toUpperCase()} `);
    expect(platform.sent).toMatchObject([
      {
        method: "GET",
        path: `/registry/discover/${PEER}`,
        headers: { authorization: `Bearer ${TOKEN}`, "x-workspace-id": OWN, origin: PLATFORM },
        body: undefined,
      },
    ]);
  });

  it("returns the record as the platform sent it", async () => {
    const record = { id: PEER, url: "http://ws-2f6a:8000", name: "Lead", extra: [1] };
    platform.answer(ROUTE, { body: record });
    expect(await testClient().discoverPeer(PEER)).toEqual(record);
  });

  it("adds a missing id to the record and normalises one that is there", async () => {
    platform.answer(ROUTE, { body: { name: "" } }, { body: { id: PEER.toUpperCase() } });
    expect(await testClient().discoverPeer(PEER)).toEqual({ id: PEER, name: "" });
    expect(await testClient().discoverPeer(PEER)).toEqual({ id: PEER });
  });

  it("stores the name of the peer, which later errors use", async () => {
    platform.answer(ROUTE, { body: { id: PEER, name: "Lead" } });
    platform.answerMessage({ status: 402, body: { error: "workspace budget limit exceeded" } });
    const client = testClient();
    await client.discoverPeer(PEER);
    expect(client.peerName(PEER)).toBe("Lead");
    const { message } = await failureOf(client.sendA2AMessage(PEER, "hi"));
    expect(message).toContain(`eer "Lead" (${PEER}) has reached its spending limit`);
  });
});

describe("discoverPeer that fails", () => {
  it.each<[string, Answer, A2AErrorCode]>([
    ["a bad request", { status: 400, body: { error: "X-Workspace-ID header is required" } }, "bad_request"],
    ["a refused token", { status: 401, body: { error: "invalid workspace auth token" } }, "unauthorized"],
    ["an empty 401", { status: 401, body: "" }, "unauthorized"],
    ["an invisible peer", { status: 403, body: { error: "not authorized to discover this workspace" } }, "access_denied"],
    ["an empty 403", { status: 403, body: "" }, "wrong_tenant"],
    ["an unknown peer", { status: 404, body: { error: "workspace not found" } }, "peer_not_found"],
    ["an empty 404", { status: 404, body: "" }, "wrong_tenant"],
    ["an HTML page", { status: 404, body: "<html>" }, "wrong_tenant"],
    ["a removed peer", { status: 410, body: { error: "workspace removed" } }, "workspace_removed"],
    ["a hibernated peer", { status: 503, body: { error: "workspace not available", status: "hibernated" } }, "peer_unavailable"],
    ["a removed peer", { status: 503, body: { error: "workspace not available", status: "removed" } }, "workspace_removed"],
    ["a paused peer", { status: 503, body: { error: "workspace not available", status: "paused" } }, "peer_unavailable"],
    ["an unsafe URL", { status: 503, body: { error: "workspace URL failed safety check" } }, "peer_unavailable"],
    ["a redirect", { status: 302, body: "", headers: { location: "http://elsewhere.test/" } }, "bad_response"],
    ["no JSON", { body: "<html>" }, "bad_response"],
    ["no object", { body: "[]" }, "bad_response"],
    ["null", { body: "null" }, "bad_response"],
    ["the record of another peer", { body: { id: OTHER_PEER } }, "bad_response"],
    ["an invalid id", { body: { id: "../x" } }, "bad_response"],
  ])("rejects at once for %s", async (_, answer, code) => {
    platform.answer(ROUTE, answer);
    const error = await failureOf(testClient().discoverPeer(PEER));
    expect(error).toMatchObject({
      code,
      status: answer.status ?? 200,
      delivery: "not-sent",
      retryable: false,
      attempts: 1,
      peerId: PEER,
      target: `${PLATFORM}/registry/discover/${PEER}`,
    });
  }); // biome-ignore format: a table reads best in rows

  it.each<[string, Answer, A2AErrorCode]>([
    ["a refused connection", { error: "ECONNREFUSED" }, "network"],
    ["a rate limit", { status: 429, body: { error: "rate limit exceeded" } }, "rate_limited"],
    ["a peer that is starting", { status: 503, body: { error: "workspace not available", status: "provisioning" } }, "peer_unavailable"],
    ["a peer in an unknown state", { status: 503, body: { error: "workspace not available", status: "dreaming" } }, "peer_unavailable"],
    ["a failed query", { status: 500, body: { error: "lookup failed" } }, "platform_error"],
    ["an empty 500", { status: 500, body: "" }, "platform_error"],
    ["an unavailable platform", { status: 503, body: "" }, "platform_error"],
    ["an edge proxy", { status: 502, body: "<html>" }, "platform_error"],
  ])("rejects after all attempts for %s", async (_, answer, code) => {
    platform.answer(ROUTE, answer, answer, answer);
    const client = testClient({ retry: { maxAttempts: 3 } });
    expect(await failureOf(client.discoverPeer(PEER))).toMatchObject({ code, attempts: 3, retryable: true });
  }); // biome-ignore format: a table reads best in rows

  it.each(["online", "degraded"])(
    "takes the record of a peer without a URL from the list: %s",
    async (status) => {
      platform.answer(ROUTE, { status: 503, body: { error: "workspace not available", status } });
      platform.answer(`GET /registry/${OWN}/peers`, {
        body: [{ id: OTHER_PEER }, { id: PEER, name: "Poller" }],
      });
      const client = testClient();
      expect(await client.discoverPeer(PEER)).toEqual({ id: PEER, name: "Poller" });
      expect(client.enricher.get(PEER)).toMatchObject({ name: "Poller" });
    },
  );

  it.each<[string, Answer]>([
    ["does not contain it", { body: [] }],
    ["fails", { status: 404, body: { error: "workspace not found" } }],
  ])("rejects for a peer without a URL when the list %s", async (_, list) => {
    platform.answer(ROUTE, { status: 503, body: { error: "workspace not available", status: "online" } });
    platform.answer(`GET /registry/${OWN}/peers`, list);
    const error = await failureOf(testClient().discoverPeer(PEER));
    expect(error).toMatchObject({ code: "peer_unavailable", retryable: false, attempts: 1 });
    expect(error.message).toContain("has no URL (status 'online')");
    expect(error.message).toContain("fetch theirs");
  });

  it("rejects with the reason of the caller who aborts during the list", async () => {
    platform.answer(ROUTE, { status: 503, body: { error: "workspace not available", status: "online" } });
    platform.answer(`GET /registry/${OWN}/peers`, { error: "ECONNREFUSED" });
    const controller = new AbortController();
    const reason = new Error("no longer");
    const client = testClient({ random: () => 0.5, retry: { baseDelayMs: 60_000, maxDelayMs: 60_000 } });
    const discovery = client.discoverPeer(PEER, { signal: controller.signal, timeoutMs: 600_000 });
    await until(() => platform.sent.length === 1, "the discovery is answered");
    controller.abort(reason);
    await expect(discovery).rejects.toBe(reason);
    nock.cleanAll();
  });

  it("shows the status of a peer that is not online", async () => {
    platform.answer(ROUTE, { status: 503, body: { error: "workspace not available", status: "paused" } });
    const { message } = await failureOf(testClient().discoverPeer(PEER));
    expect(message).toContain("(status 'paused')");
    expect(message).toContain("A message may still reach it");
  });
});
