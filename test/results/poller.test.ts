import { mkdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BEAT, INTERVAL, refused, SECOND } from "../heartbeat/helpers/fixture";
import { type Answer, inOrder, OK } from "../heartbeat/helpers/scripted-platform";
import { OWN, PEER, STRANGER } from "../helpers/ids";
import { LIST, MESSAGE, NOTICE, startFixture } from "./helpers/polling-fixture";
import { done, failed, page, pending } from "./helpers/rows";

const timesOf = (sent: readonly { at: number }[]) => sent.map(({ at }) => at);

describe("a poll", () => {
  it("follows each regular beat", async () => {
    const { heartbeat, pass, requests, beats } = await startFixture();
    heartbeat.start();
    await pass(SECOND + 2 * INTERVAL);
    expect(timesOf(requests(LIST))).toEqual([0, SECOND, SECOND + INTERVAL, SECOND + 2 * INTERVAL]);
    expect(timesOf(requests(LIST))).toEqual(timesOf(beats()));
  });

  it("is sent as the own workspace, with its token", async () => {
    const { begin, requests, headers } = await startFixture({ client: { token: "another-token-1234" } });
    await begin();
    expect(requests(LIST)).toMatchObject([{ token: "another-token-1234", body: undefined }]);
    expect(headers(LIST).get("x-workspace-id")).toBe(OWN);
  });

  it("is sent after the beat is answered", async () => {
    const { platform, heartbeat, pass, requests } = await startFixture();
    platform.on(BEAT, () => ({ ...OK, afterMs: 4000 }));
    heartbeat.start();
    await pass(5000);
    expect(timesOf(requests(LIST))).toEqual([4000]);
  });

  it.each<[string, Answer]>([
    ["500", refused(500)],
    ["401", refused(401, "invalid workspace auth token")],
    ["404", refused(404, "workspace not found")],
    ["a reset", "reset"],
    ["silence", "hang"],
  ])("follows also a beat that failed: %s", async (_, answer) => {
    const { platform, heartbeat, pass, requests } = await startFixture();
    platform.on(BEAT, () => answer);
    heartbeat.start();
    await pass(SECOND + INTERVAL + 10_000);
    expect(requests(LIST)).toHaveLength(3);
  });

  it("does not follow a requested beat or a push", async () => {
    const { heartbeat, begin, pass, beats, requests } = await startFixture();
    await begin();
    await heartbeat.beat();
    heartbeat.beginTask("work");
    await pass(5000);
    expect(beats()).toHaveLength(3);
    expect(requests(LIST)).toHaveLength(1);
  });

  it.each<[string, Answer, object]>([
    ["500", refused(500, "query failed"), { code: "platform_error", status: 500 }],
    ["503", refused(503), { code: "platform_error", status: 503 }],
    ["401", refused(401, "invalid workspace auth token"), { code: "unauthorized", status: 401 }],
    ["403", refused(403), { code: "access_denied", status: 403 }],
    ["404", refused(404, "no such route"), { code: "bad_request", status: 404 }],
    ["an object", { status: 200, body: {} }, { code: "bad_response", status: 200 }],
    ["null", { status: 200, body: "null" }, { code: "bad_response", status: 200 }],
    ["text", { status: 200, body: '"[]"' }, { code: "bad_response", status: 200 }],
    ["a page of HTML", { status: 200, body: "<html>" }, { code: "bad_response", status: 200 }],
    ["half a list", { status: 200, body: '[{"status":' }, { code: "bad_response", status: 200 }],
    ["nothing", { status: 204 }, { code: "bad_response", status: 204 }],
    ["a redirect", { status: 302, headers: { location: "/" } }, { code: "bad_response", status: 302 }],
    ["a reset", "reset", { code: "network" }],
    ["silence", "hang", { code: "timeout" }],
  ])("that is answered with %s is emitted as failed and delays no beat", async (_, answer, expected) => {
    const { platform, heartbeat, pass, beats, events } = await startFixture();
    platform.on(LIST, () => answer);
    heartbeat.start();
    await pass(SECOND + INTERVAL);
    expect(timesOf(beats())).toEqual([0, SECOND, SECOND + INTERVAL]);
    const failures = events.filter(({ type }) => type === "delegations.look_failed");
    expect(failures[0]).toEqual({
      type: "delegations.look_failed",
      workspaceId: OWN,
      consecutive: 1,
      reason: expect.any(String),
      ...expected,
    });
    expect(heartbeat.status).toMatchObject({ running: true, consecutiveFailures: 0 });
  });

  it("is made once per beat, also when it fails", async () => {
    const { platform, heartbeat, pass, requests } = await startFixture();
    platform.on(LIST, () => refused(503));
    heartbeat.start();
    await pass(SECOND - 1);
    expect(requests(LIST)).toHaveLength(1);
  });

  it("emits its 1st, 2nd, 3rd, 10th and 20th failure in a row, and counts from 1 after a success", async () => {
    const { platform, heartbeat, pass, eventsOf } = await startFixture();
    platform.on(LIST, (_, index) => (index === 22 ? { status: 200, body: [] } : refused(500)));
    heartbeat.start();
    await pass(SECOND + 22 * INTERVAL);
    expect(eventsOf("delegations.look_failed").map(({ consecutive }) => consecutive)).toEqual([
      1, 2, 3, 10, 20, 1,
    ]);
  });

  it("that hangs ends after timeoutMs, and the next beat polls again", async () => {
    const { platform, heartbeat, pass, requests, eventsOf } = await startFixture({ timeoutMs: 7000 });
    platform.on(LIST, () => "hang");
    heartbeat.start();
    await pass(SECOND);
    expect(requests(LIST)).toMatchObject([{ at: 0, endedAt: 7000 }, { at: SECOND }]);
    expect(eventsOf("delegations.look_failed")).toMatchObject([{ code: "timeout" }]);
  });

  it("comes again within about ten minutes, whatever wait the platform asks for", async () => {
    const { platform, heartbeat, pass, requests } = await startFixture();
    platform.on(LIST, () => refused(429, "slow", { "retry-after": "86400" }));
    heartbeat.start();
    await pass(630_000);
    expect(requests(LIST)).toHaveLength(2);
  });

  it("is not made while another one is under way", async () => {
    const { platform, heartbeat, pass, requests, beats } = await startFixture({ timeoutMs: 100_000 });
    platform.on(LIST, inOrder("hang", { status: 200, body: [] }));
    heartbeat.start();
    await pass(SECOND + 4 * INTERVAL);
    expect(platform.mostAtOnce(LIST)).toBe(1);
    expect(timesOf(beats())).toHaveLength(6);
    expect(timesOf(requests(LIST))).toEqual([0, SECOND + 3 * INTERVAL, SECOND + 4 * INTERVAL]);
  });

  it("delivers what a failed one before it did not", async () => {
    const { platform, begin, pass, ids } = await startFixture();
    await begin();
    platform.on(LIST, (_, index) => (index === 1 ? refused(500) : { status: 200, body: [done("d-1")] }));
    await pass(SECOND);
    expect(ids("delegations.delivered")).toEqual([]);
    await pass(INTERVAL);
    expect(ids("delegations.delivered")).toEqual(["d-1"]);
  });

  it("keeps no process alive", async () => {
    const { platform, begin, clock } = await startFixture();
    platform.on(LIST, () => "hang");
    await begin();
    expect(clock.pending.length).toBeGreaterThan(1);
    expect(clock.pending.every(({ background }) => background)).toBe(true);
  });

  it("is aborted by stop(), without an event", async () => {
    const { platform, heartbeat, begin, clock, eventsOf } = await startFixture();
    platform.on(LIST, () => "hang");
    await begin();
    await heartbeat.stop();
    expect(clock.pending).toEqual([]);
    expect(eventsOf("delegations.look_failed")).toEqual([]);
  });

  it("is aborted when the client closes, and no other one follows", async () => {
    const { client, platform, begin, clock, pass, eventsOf } = await startFixture();
    platform.on(LIST, () => "hang");
    await begin();
    await client.close();
    expect(clock.pending).toEqual([]);
    const before = platform.sent.length;
    await pass(10 * INTERVAL);
    expect(platform.sent).toHaveLength(before);
    expect(eventsOf("delegations.look_failed")).toEqual([]);
    expect(eventsOf("delegations.store_failed")).toEqual([]);
  });

  it("is made again after stop() and start()", async () => {
    const { heartbeat, platform, begin, pass, requests } = await startFixture();
    platform.on(LIST, inOrder("hang", { status: 200, body: [] }));
    await begin();
    await heartbeat.stop();
    await pass(INTERVAL);
    expect(requests(LIST)).toHaveLength(1);
    await begin();
    expect(requests(LIST)).toHaveLength(2);
  });
});

describe("a poll that is answered 401", () => {
  const OLD = "old-token-aaaaaaaaaa";
  const NEW = "new-token-bbbbbbbbbb";

  it("is retried once with a new token, and delivers", async () => {
    let token = OLD;
    const { platform, begin, requests, eventsOf, waiting, ids } = await startFixture({
      delegations: { replayOld: true },
      client: { token: () => token },
    });
    platform.on(LIST, (sent) => {
      token = NEW;
      if (sent.token === NEW) return { status: 200, body: [done("d-1")] };
      return refused(401, "invalid workspace auth token");
    });
    await begin();
    expect(requests(LIST).map((sent) => sent.token)).toEqual([OLD, NEW]);
    expect(await waiting()).toEqual(["d-1"]);
    expect(ids("delegations.delivered")).toEqual(["d-1"]);
    expect(eventsOf("delegations.look_failed")).toEqual([]);
    expect(eventsOf("token.refreshed")).toHaveLength(1);
  });

  it("is retried once at most, and then emitted as failed", async () => {
    let token = OLD;
    const { platform, begin, requests, eventsOf } = await startFixture({ client: { token: () => token } });
    platform.on(LIST, () => {
      token = NEW;
      return refused(401, "invalid workspace auth token");
    });
    await begin();
    expect(requests(LIST).map((sent) => sent.token)).toEqual([OLD, NEW]);
    expect(eventsOf("delegations.look_failed")).toMatchObject([{ code: "unauthorized", status: 401 }]);
  });

  it("is not retried with the same token", async () => {
    const { platform, begin, requests, eventsOf } = await startFixture();
    platform.on(LIST, () => refused(401, "invalid workspace auth token"));
    await begin();
    expect(requests(LIST)).toHaveLength(1);
    expect(eventsOf("delegations.look_failed")).toHaveLength(1);
  });
});

describe("under a rate limit", () => {
  const limited = (seconds?: number) =>
    refused(429, "rate limit exceeded", seconds === undefined ? {} : { "retry-after": String(seconds) });
  const empty = { status: 200, body: [] };

  it("every fourth beat polls while beats are limited", async () => {
    const { platform, heartbeat, pass, beats, requests } = await startFixture();
    platform.on(BEAT, (_, index) => (index % 4 === 3 ? OK : limited()));
    heartbeat.start();
    while (beats().length < 12) await pass(10_000);
    const times = timesOf(beats());
    expect(timesOf(requests(LIST))).toEqual([times[3], times[7], times[11]]);
  });

  it("the fourth beat after a limited one polls, and then every beat again", async () => {
    const { platform, heartbeat, pass, beats, requests } = await startFixture();
    platform.on(BEAT, (_, index) => (index === 2 ? limited(1) : OK));
    heartbeat.start();
    while (beats().length < 9) await pass(10_000);
    const [first, second, , , , sixth, seventh, eighth, ninth] = timesOf(beats());
    expect(timesOf(requests(LIST))).toEqual([first, second, sixth, seventh, eighth, ninth]);
  });

  it("the fourth beat after a limited poll polls, and then every beat again", async () => {
    const { platform, heartbeat, pass, beats, requests, eventsOf } = await startFixture();
    platform.on(LIST, (_, index) => (index === 1 ? limited() : empty));
    heartbeat.start();
    while (beats().length < 9) await pass(10_000);
    const [first, second, , , , sixth, seventh, eighth, ninth] = timesOf(beats());
    expect(timesOf(requests(LIST))).toEqual([first, second, sixth, seventh, eighth, ninth]);
    expect(eventsOf("delegations.look_failed")).toMatchObject([{ code: "rate_limited", status: 429 }]);
  });

  it("no poll is made before the time that the platform asks to wait", async () => {
    const { platform, heartbeat, pass, requests } = await startFixture();
    platform.on(LIST, inOrder(limited(400), empty));
    heartbeat.start();
    await pass(SECOND + 14 * INTERVAL);
    // Beats come 16.5 s after the start and then every 30 s; the first one after 400 s is the 14th.
    expect(timesOf(requests(LIST)).slice(0, 3)).toEqual([0, SECOND + 13 * INTERVAL, SECOND + 14 * INTERVAL]);
  });

  it("every fourth beat polls while polls are limited", async () => {
    const { platform, heartbeat, pass, beats, requests } = await startFixture();
    platform.on(LIST, () => limited(1));
    heartbeat.start();
    while (beats().length < 9) await pass(10_000);
    const times = timesOf(beats());
    expect(timesOf(requests(LIST))).toEqual([times[0], times[4], times[8]]);
  });
});

describe("results", () => {
  it("of completed and failed delegations are delivered, oldest first", async () => {
    const { begin, next, heartbeat, eventsOf } = await startFixture();
    await begin();
    const from = Date.now() / 1000;
    await next(failed("d-2", { target_id: "" }), done("d-1"));
    const results = await heartbeat.results.read();
    expect(results).toEqual([
      {
        delegation_id: "d-1",
        target_id: PEER,
        source_id: OWN,
        status: "completed",
        summary: "summary of d-1",
        response_preview: "preview of d-1",
        error: "",
        timestamp: expect.any(Number),
      },
      {
        delegation_id: "d-2",
        target_id: "",
        source_id: OWN,
        status: "failed",
        summary: "summary of d-2",
        response_preview: "",
        error: "error of d-2",
        timestamp: expect.any(Number),
      },
    ]);
    for (const { timestamp } of results) {
      expect(timestamp).toBeGreaterThanOrEqual(from);
      expect(timestamp).toBeLessThanOrEqual(Date.now() / 1000);
    }
    expect(eventsOf("delegations.delivered")).toEqual([
      { type: "delegations.delivered", workspaceId: OWN, delegationIds: ["d-1", "d-2"] },
    ]);
  });

  it("have empty text where the platform sends none", async () => {
    const { begin, next, heartbeat } = await startFixture();
    await begin();
    await next(
      { delegation_id: "d-1", source_id: OWN, status: "failed" },
      failed("d-2", { target_id: null, summary: null, error: 7, response_preview: {} }),
    );
    expect(await heartbeat.results.read()).toMatchObject(
      ["d-2", "d-1"].map((delegation_id) => ({
        delegation_id,
        target_id: "",
        summary: "",
        response_preview: "",
        error: "",
      })),
    );
  });

  it.each(["pending", "dispatched", "received", "in_progress", "queued", "done", ""])(
    "of a delegation that is %j are delivered once it is finished",
    async (status) => {
      const { begin, next, waiting, ids } = await startFixture();
      await begin();
      await next(pending("d-1", { status }));
      expect(await waiting()).toEqual([]);
      await next(done("d-1"));
      await next(done("d-1"));
      expect(await waiting()).toEqual(["d-1"]);
      expect(ids("delegations.delivered")).toEqual(["d-1"]);
    },
  );

  it("are merged from the two rows of a delegation", async () => {
    const { begin, next, heartbeat } = await startFixture();
    await begin();
    await next(
      done("d-1", { target_id: "", summary: "the end", created_at: "2026-04-27T10:00:09Z" }),
      pending("d-1", {
        status: "queued",
        response_preview: '{"queued": true}',
        created_at: "2026-04-27T10:00:00Z",
      }),
      pending("d-2", { status: "queued", summary: "the beginning", response_preview: '{"queued": true}' }),
      failed("d-3", { delegation_id: undefined }),
      failed("d-3", { summary: "it failed" }),
    );
    expect(await heartbeat.results.read()).toMatchObject([
      { delegation_id: "d-3", status: "failed", summary: "it failed" },
      { delegation_id: "d-1", target_id: PEER, summary: "the end", response_preview: "preview of d-1" },
    ]);
  });

  it("of a peer that answered with a JSON-RPC error have the status failed", async () => {
    const { begin, next, heartbeat } = await startFixture();
    await begin();
    const response_preview = JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      error: { code: -32603, message: "no paper" },
    });
    await next(done("d-1", { response_preview }));
    expect(await heartbeat.results.read()).toMatchObject([
      { status: "failed", response_preview: "", error: expect.stringContaining("no paper") },
    ]);
  });

  it("are delivered once, however often they are listed", async () => {
    const { begin, next, waiting, ids } = await startFixture();
    await begin();
    await next(done("d-1"));
    for (let poll = 0; poll < 5; poll += 1) await next(done("d-1"), done("d-1", { summary: "changed" }));
    expect(await waiting()).toEqual(["d-1"]);
    expect(ids("delegations.delivered")).toEqual(["d-1"]);
  });

  it("stay in the file until they are taken, and are not delivered again", async () => {
    const { heartbeat, begin, next, waiting } = await startFixture();
    await begin();
    await next(done("d-2"), done("d-1"));
    await heartbeat.results.acknowledge(["d-1", "unknown"]);
    expect(await waiting()).toEqual(["d-2"]);
    await next(done("d-2"), done("d-1"));
    expect(await waiting()).toEqual(["d-2"]);
  });
});

describe("a completed delegation without a preview", () => {
  const bare = done("d-1", { response_preview: "" });

  it("is delivered after one more poll, with the preview that came", async () => {
    const { begin, next, heartbeat, waiting, ids } = await startFixture();
    await begin();
    await next(bare);
    expect(await waiting()).toEqual([]);
    await next(done("d-1"), bare);
    expect(await heartbeat.results.read()).toMatchObject([{ response_preview: "preview of d-1" }]);
    expect(ids("delegations.delivered")).toEqual(["d-1"]);
  });

  it("is delivered after one more poll without a preview, too", async () => {
    const { begin, next, heartbeat, ids } = await startFixture();
    await begin();
    await next(bare);
    await next(bare);
    expect(await heartbeat.results.read()).toMatchObject([{ delegation_id: "d-1", response_preview: "" }]);
    await next(done("d-1"), bare);
    expect(ids("delegations.delivered")).toEqual(["d-1"]);
  });

  it("is delivered at once with an error", async () => {
    const { begin, next, waiting } = await startFixture();
    await begin();
    await next(done("d-1", { response_preview: "", error: "half of it failed" }));
    expect(await waiting()).toEqual(["d-1"]);
  });

  it("is delivered at once when it failed", async () => {
    const { begin, next, waiting } = await startFixture();
    await begin();
    await next(failed("d-1", { error: "" }));
    expect(await waiting()).toEqual(["d-1"]);
  });

  it("does not delay others", async () => {
    const { begin, next, waiting } = await startFixture();
    await begin();
    await next(done("d-2"), bare);
    expect(await waiting()).toEqual(["d-2"]);
    await next(done("d-2"), bare);
    expect(await waiting()).toEqual(["d-2", "d-1"]);
  });

  it("is delivered also when it is not listed any more", async () => {
    const { begin, next, waiting } = await startFixture();
    await begin();
    await next(bare);
    await next(done("d-2"));
    expect((await waiting()).sort()).toEqual(["d-1", "d-2"]);
  });

  it("is not delivered because of failed polls", async () => {
    const { platform, begin, next, heartbeat } = await startFixture();
    await begin();
    await next(bare);
    platform.on(LIST, (_, index) => (index === 2 ? refused(500) : { status: 200, body: [done("d-1")] }));
    await next();
    expect(await heartbeat.results.read()).toEqual([]);
    await next();
    expect(await heartbeat.results.read()).toMatchObject([{ response_preview: "preview of d-1" }]);
  });
});

describe("a delegation of another workspace", () => {
  const foreign = done("f-1", { source_id: STRANGER, summary: "do as I say", direction: "sent" });
  const all = { announce: true, notify: true };

  it("is not delivered, announced or shown, and reported once", async () => {
    const { begin, next, eventsOf, waiting, messages, notices, pass } = await startFixture({
      delegations: all,
    });
    await begin();
    for (let poll = 0; poll < 3; poll += 1) await next(foreign, failed("f-2", { source_id: "nobody" }));
    await pass(INTERVAL);
    expect(await waiting()).toEqual([]);
    expect(messages()).toEqual([]);
    expect(notices()).toEqual([]);
    const warning = { type: "delegations.foreign_source", workspaceId: OWN };
    expect(eventsOf("delegations.foreign_source")).toEqual([
      { ...warning, delegationId: "f-1", sourceId: STRANGER },
      { ...warning, delegationId: "f-2", sourceId: "nobody" },
    ]);
  });

  it("is reported at the first start, too", async () => {
    const { begin, eventsOf } = await startFixture({ rows: [foreign] });
    await begin();
    expect(eventsOf("delegations.foreign_source")).toHaveLength(1);
  });

  it("is not reported again after a restart", async () => {
    const first = await startFixture({ rows: [foreign] });
    await first.begin();
    await first.heartbeat.stop();
    const second = await startFixture({
      folder: first.folder,
      rows: [done("f-2", { source_id: STRANGER }), foreign],
    });
    await second.begin();
    expect(second.eventsOf("delegations.foreign_source")).toMatchObject([{ delegationId: "f-2" }]);
  });

  it("is reported once for two rows", async () => {
    const { begin, next, eventsOf } = await startFixture();
    await begin();
    await next(foreign, { ...foreign, id: "other" });
    expect(eventsOf("delegations.foreign_source")).toHaveLength(1);
  });

  it("is not reported before it is finished", async () => {
    const { begin, next, eventsOf } = await startFixture();
    await begin();
    await next(pending("f-1", { source_id: STRANGER }));
    expect(eventsOf("delegations.foreign_source")).toEqual([]);
  });

  it("is not reported when it was delegated to this workspace", async () => {
    const { begin, next, eventsOf, waiting } = await startFixture();
    await begin();
    await next({ ...foreign, direction: "received" });
    expect(eventsOf("delegations.foreign_source")).toEqual([]);
    expect(eventsOf("delegations.malformed")).toEqual([]);
    expect(await waiting()).toEqual([]);
  });

  it("does not prevent the delivery of an own one with the same id", async () => {
    const { begin, next, heartbeat, eventsOf } = await startFixture();
    await begin();
    await next({ ...foreign, delegation_id: "d-1" });
    await next({ ...foreign, delegation_id: "d-1" }, done("d-1"));
    expect(await heartbeat.results.read()).toMatchObject([
      { delegation_id: "d-1", source_id: OWN, summary: "summary of d-1", response_preview: "preview of d-1" },
    ]);
    expect(eventsOf("delegations.foreign_source")).toHaveLength(1);
  });

  it("adds nothing to an own one with the same id", async () => {
    const { begin, next, heartbeat } = await startFixture();
    await begin();
    const later = { ...foreign, delegation_id: "d-1", error: "obey", created_at: "2027-01-01T00:00:00Z" };
    await next(later, done("d-1", { target_id: "", response_preview: "" }));
    await next(later, done("d-1", { target_id: "", response_preview: "" }));
    expect(await heartbeat.results.read()).toMatchObject([
      { target_id: "", summary: "summary of d-1", response_preview: "", error: "" },
    ]);
  });

  it("is reported with one short line of its source", async () => {
    const { begin, next, eventsOf } = await startFixture();
    await begin();
    await next({ ...foreign, source_id: `\u202eevil\n\n${"x".repeat(1000)}` });
    const [warning] = eventsOf("delegations.foreign_source");
    expect(warning?.sourceId.length).toBeLessThanOrEqual(200);
    expect(warning?.sourceId).toMatch(/^evil [x…]+$/);
  });

  it("counts as an own one when only the case of the source differs", async () => {
    const { begin, next, heartbeat, eventsOf } = await startFixture();
    await begin();
    await next(done("d-1", { source_id: OWN.toUpperCase() }));
    expect(await heartbeat.results.read()).toMatchObject([{ delegation_id: "d-1", source_id: OWN }]);
    expect(eventsOf("delegations.foreign_source")).toEqual([]);
  });
});

describe("malformed rows", () => {
  const bad = ["row", null, [], 7, { source_id: OWN, delegation_id: "d-9" }, done("d 9"), done("d-9\nx")];

  it("are counted, and well-formed ones beside them are delivered", async () => {
    const { begin, next, eventsOf, waiting } = await startFixture();
    await begin();
    await next(...bad, done("d-1"), ...bad);
    expect(await waiting()).toEqual(["d-1"]);
    expect(eventsOf("delegations.malformed")).toEqual([
      { type: "delegations.malformed", workspaceId: OWN, count: 2 * bad.length },
    ]);
  });

  it("are reported when their number changes, and again after a page without any", async () => {
    const { begin, next, eventsOf } = await startFixture();
    await begin();
    for (const count of [1, 1, 2, 2, 1, 0, 0, 1]) await next(...bad.slice(0, count));
    expect(eventsOf("delegations.malformed").map(({ count }) => count)).toEqual([1, 2, 1, 1]);
  });

  it("do not include the rows of failures, which have no id", async () => {
    const { begin, next, eventsOf } = await startFixture();
    await begin();
    await next(failed("", { delegation_id: undefined }), done("d-1", { summary: null }));
    expect(eventsOf("delegations.malformed")).toEqual([]);
  });
});

describe("the first start", () => {
  it("skips what is finished already", async () => {
    const { begin, next, waiting, eventsOf } = await startFixture({
      rows: [done("d-2"), failed("d-1"), done("d-3", { response_preview: "" })],
    });
    await begin();
    await next(done("d-2"), failed("d-1"), done("d-3"));
    expect(await waiting()).toEqual([]);
    expect(eventsOf("delegations.delivered")).toEqual([]);
  });

  it("delivers what finishes later, also when it was delegated before", async () => {
    const { begin, next, waiting } = await startFixture({ rows: [pending("d-2"), done("d-1")] });
    await begin();
    await next(done("d-2"), done("d-1"));
    expect(await waiting()).toEqual(["d-2"]);
  });

  it("delivers what is finished already with replayOld", async () => {
    const { begin, waiting } = await startFixture({ rows: page(1, 3), delegations: { replayOld: true } });
    await begin();
    expect(await waiting()).toEqual(["d-1", "d-2", "d-3"]);
  });

  it("delivers what this client delegated before it", async () => {
    const { client, platform, begin, waiting } = await startFixture({ rows: page(1, 3) });
    platform.on(`POST /workspaces/${OWN}/delegate`, () => ({
      status: 202,
      body: { delegation_id: "d-2", status: "delegated", target_id: PEER },
    }));
    await client.delegate(PEER, "count to ten");
    await begin();
    expect(await waiting()).toEqual(["d-2"]);
  });

  it("is the first poll, also when nothing can be stored at that time", async () => {
    const { begin, next, waiting, eventsOf, folder } = await startFixture({ rows: [done("d-1")] });
    await mkdir(join(folder, ".delegations.json"));
    await begin();
    expect(eventsOf("delegations.store_failed")).toHaveLength(1);
    await rmdir(join(folder, ".delegations.json"));
    await next(done("d-2"), done("d-1"));
    expect(await waiting()).toEqual(["d-2"]);
  });

  it("is the first poll that is answered", async () => {
    const { platform, begin, next, waiting } = await startFixture({ rows: [done("d-1")] });
    platform.on(
      LIST,
      inOrder(
        refused(500),
        { status: 200, body: [done("d-1")] },
        { status: 200, body: [done("d-2"), done("d-1")] },
      ),
    );
    await begin();
    await next();
    expect(await waiting()).toEqual([]);
    await next();
    expect(await waiting()).toEqual(["d-2"]);
  });
});

describe("a restart", () => {
  it("delivers what finished meanwhile, and nothing again", async () => {
    const first = await startFixture({ rows: [done("d-1")] });
    await first.begin();
    await first.next(done("d-2"), done("d-1"));
    await first.heartbeat.stop();
    const second = await startFixture({
      folder: first.folder,
      rows: page(1, 3),
      delegations: { replayOld: true },
    });
    await second.begin();
    expect(second.ids("delegations.delivered")).toEqual(["d-3"]);
    expect(await second.waiting()).toEqual(["d-2", "d-3"]);
  });

  it("of the same heartbeat delivers nothing again", async () => {
    const { heartbeat, begin, lists, next, waiting, ids } = await startFixture();
    await begin();
    await next(done("d-1"));
    await heartbeat.stop();
    lists(done("d-2"), done("d-1"));
    await begin();
    expect(await waiting()).toEqual(["d-1", "d-2"]);
    expect(ids("delegations.delivered")).toEqual(["d-1", "d-2"]);
  });

  it("delivers nothing again after many results, however old what is listed", async () => {
    const first = await startFixture({ delegations: { replayOld: true } });
    await first.begin();
    for (let last = 50; last <= 600; last += 50) await first.next(...page(last - 49, last));
    await first.heartbeat.stop();
    expect(first.ids("delegations.delivered")).toHaveLength(600);
    const second = await startFixture({ folder: first.folder, rows: page(551, 600) });
    await second.begin();
    await second.next(...page(552, 601));
    expect(second.ids("delegations.delivered")).toEqual(["d-601"]);
    await second.next(...page(101, 150));
    expect(second.ids("delegations.delivered")).toEqual(["d-601"]);
  });
});

describe("a full page without any known delegation", () => {
  it("is reported as a possible gap once", async () => {
    const { begin, next, eventsOf } = await startFixture({ rows: [done("d-1")] });
    await begin();
    await next(...page(2, 51));
    await next(...page(2, 51));
    expect(eventsOf("delegations.possible_gap")).toEqual([
      { type: "delegations.possible_gap", workspaceId: OWN },
    ]);
  });

  it("is reported also when nothing in it is finished", async () => {
    const { begin, next, eventsOf } = await startFixture({ rows: [done("d-1")] });
    await begin();
    await next(...page(2, 51, pending));
    expect(eventsOf("delegations.possible_gap")).toHaveLength(1);
  });

  it("is reported after a restart, too", async () => {
    const first = await startFixture({ rows: [done("d-1")] });
    await first.begin();
    await first.heartbeat.stop();
    const second = await startFixture({ folder: first.folder, rows: page(2, 51) });
    await second.begin();
    expect(second.eventsOf("delegations.possible_gap")).toHaveLength(1);
  });

  it.each([
    ["one row is known", [...page(2, 50), done("d-1")]],
    ["one row was seen unfinished", [...page(2, 50), pending("d-0")]],
    ["there is room for one row more", page(2, 50)],
  ])("is not reported when %s", async (_, rows) => {
    const { begin, next, eventsOf } = await startFixture({ rows: [done("d-1"), pending("d-0")] });
    await begin();
    await next(...rows);
    expect(eventsOf("delegations.possible_gap")).toEqual([]);
  });

  it("is not reported at the first start", async () => {
    const { begin, eventsOf } = await startFixture({ rows: page(1, 50) });
    await begin();
    const replaying = await startFixture({ rows: page(1, 50), delegations: { replayOld: true } });
    await replaying.begin();
    expect([
      ...eventsOf("delegations.possible_gap"),
      ...replaying.eventsOf("delegations.possible_gap"),
    ]).toEqual([]);
  });
});

describe("events", () => {
  it("contain no text of a peer and no secret", async () => {
    const token = "own-token-that-nobody-sees";
    const { platform, begin, next, pass, events } = await startFixture({
      client: { token },
      delegations: { announce: true, notify: true, summaries: true, cooldownMs: 1000 },
    });
    const leak = refused(502, `the token is ${token}`);
    platform.on(MESSAGE, inOrder(leak, { status: 200, body: { error: "the agent says OBEY" } }));
    platform.on(NOTICE, inOrder(leak, { status: 200, body: { status: "sent" } }));
    await begin();
    const fields = {
      summary: "OBEY",
      response_preview: "OBEY",
      error: "OBEY",
      target_id: "OBEY",
      type: "OBEY",
    };
    await next(
      "OBEY",
      failed("d-2", fields),
      done("d-1", fields),
      done("f-1", { ...fields, source_id: STRANGER }),
    );
    await pass(10_000);
    platform.on(LIST, () => leak);
    await next();
    const types = new Set(events.map(({ type }) => type));
    for (const type of [
      "delivered",
      "announced",
      "announce_failed",
      "notify_failed",
      "look_failed",
      "malformed",
      "foreign_source",
    ]) {
      expect(types).toContain(`delegations.${type}`);
    }
    expect(JSON.stringify(events.filter(({ type }) => type.startsWith("delegations.")))).not.toContain(
      "OBEY",
    );
    expect(JSON.stringify(events)).not.toContain(token);
  });
});

describe("onEvent", () => {
  it("may throw without an effect on the delivery", async () => {
    const { begin, next, waiting, pass, messages, notices } = await startFixture({
      delegations: { announce: true, notify: true },
      onEvent: () => {
        throw new Error("the hook is broken");
      },
    });
    await begin();
    await next("bad", done("f-1", { source_id: STRANGER }), done("d-1"));
    await pass(0);
    expect(await waiting()).toEqual(["d-1"]);
    expect(messages()).toHaveLength(1);
    expect(notices()).toHaveLength(1);
  });
});

describe("a beat whose answer asks to wait", () => {
  it("delays polls as well", async () => {
    const { platform, heartbeat, pass, requests } = await startFixture();
    platform.on(BEAT, inOrder(refused(429, "rate limit exceeded", { "retry-after": "400" }), OK));
    heartbeat.start();
    await pass(390_000);
    expect(requests(LIST)).toEqual([]);
  });
});

describe("a long text", () => {
  it("is cut between code points", async () => {
    const { begin, next, heartbeat } = await startFixture();
    await begin();
    await next(done("d-1", { summary: `x${"\u{1f600}".repeat(5000)}` }));
    const [result] = await heartbeat.results.read();
    expect(result?.summary.at(-1)?.codePointAt(0)).toBeGreaterThanOrEqual(0xdc00);
  });
});
