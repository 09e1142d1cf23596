import { mkdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Answer, inOrder, OK } from "../heartbeat/helpers/scripted";
import { BEAT, INTERVAL, refused, SECOND } from "../heartbeat/helpers/world";
import { OWN, PEER, STRANGER } from "../helpers/ids";
import { LIST, MESSAGE, NOTICE, watched } from "./helpers/polled";
import { done, failed, page, pending } from "./helpers/rows";

const timesOf = (sent: readonly { at: number }[]) => sent.map(({ at }) => at);

describe("a look", () => {
  it("follows each regular beat", async () => {
    const { heartbeat, pass, requests, beats } = await watched();
    heartbeat.start();
    await pass(SECOND + 2 * INTERVAL);
    expect(timesOf(requests(LIST))).toEqual([0, SECOND, SECOND + INTERVAL, SECOND + 2 * INTERVAL]);
    expect(timesOf(requests(LIST))).toEqual(timesOf(beats()));
  });

  it("asks as the own workspace, with its token", async () => {
    const { begin, requests, headers } = await watched({ client: { token: "another-token-1234" } });
    await begin();
    expect(requests(LIST)).toMatchObject([{ token: "another-token-1234", body: undefined }]);
    expect(headers(LIST).get("x-workspace-id")).toBe(OWN);
  });

  it("comes after the beat is answered, not beside it", async () => {
    const { platform, heartbeat, pass, requests } = await watched();
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
    const { platform, heartbeat, pass, requests } = await watched();
    platform.on(BEAT, () => answer);
    heartbeat.start();
    await pass(SECOND + INTERVAL + 10_000);
    expect(requests(LIST)).toHaveLength(3);
  });

  it("does not follow a beat that somebody asked for, nor one that tells of a change", async () => {
    const { heartbeat, begin, pass, beats, requests } = await watched();
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
  ])("that is answered with %s is told and delays no beat", async (_, answer, told) => {
    const { platform, heartbeat, pass, beats, events } = await watched();
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
      ...told,
    });
    expect(heartbeat.status).toMatchObject({ running: true, consecutiveFailures: 0 });
  });

  it("is made once per beat: what failed waits for the next one", async () => {
    const { platform, heartbeat, pass, requests } = await watched();
    platform.on(LIST, () => refused(503));
    heartbeat.start();
    await pass(SECOND - 1);
    expect(requests(LIST)).toHaveLength(1);
  });

  it("failures are told at the 1st, 2nd, 3rd, 10th and 20th in a row, and anew after a success", async () => {
    const { platform, heartbeat, pass, told } = await watched();
    platform.on(LIST, (_, index) => (index === 22 ? { status: 200, body: [] } : refused(500)));
    heartbeat.start();
    await pass(SECOND + 22 * INTERVAL);
    expect(told("delegations.look_failed").map(({ consecutive }) => consecutive)).toEqual([
      1, 2, 3, 10, 20, 1,
    ]);
  });

  it("that hangs ends when its own time is up, and the next beat looks again", async () => {
    const { platform, heartbeat, pass, requests, told } = await watched({ timeoutMs: 7000 });
    platform.on(LIST, () => "hang");
    heartbeat.start();
    await pass(SECOND);
    expect(requests(LIST)).toMatchObject([{ at: 0, endedAt: 7000 }, { at: SECOND }]);
    expect(told("delegations.look_failed")).toMatchObject([{ code: "timeout" }]);
  });

  it("is never made while another one is under way", async () => {
    const { platform, heartbeat, pass, requests, beats } = await watched({ timeoutMs: 100_000 });
    platform.on(LIST, inOrder("hang", { status: 200, body: [] }));
    heartbeat.start();
    await pass(SECOND + 4 * INTERVAL);
    expect(platform.mostAtOnce(LIST)).toBe(1);
    expect(timesOf(beats())).toHaveLength(6);
    expect(timesOf(requests(LIST))).toEqual([0, SECOND + 3 * INTERVAL, SECOND + 4 * INTERVAL]);
  });

  it("that failed is made good by the next one", async () => {
    const { platform, begin, pass, ids } = await watched();
    await begin();
    platform.on(LIST, (_, index) => (index === 1 ? refused(500) : { status: 200, body: [done("d-1")] }));
    await pass(SECOND);
    expect(ids("delegations.delivered")).toEqual([]);
    await pass(INTERVAL);
    expect(ids("delegations.delivered")).toEqual(["d-1"]);
  });

  it("keeps no process alive", async () => {
    const { platform, begin, clock } = await watched();
    platform.on(LIST, () => "hang");
    await begin();
    expect(clock.pending.length).toBeGreaterThan(1);
    expect(clock.pending.every(({ background }) => background)).toBe(true);
  });

  it("is ended by stop(), which does not wait for its answer, and is not told as a failure", async () => {
    const { platform, heartbeat, begin, clock, told } = await watched();
    platform.on(LIST, () => "hang");
    await begin();
    await heartbeat.stop();
    expect(clock.pending).toEqual([]);
    expect(told("delegations.look_failed")).toEqual([]);
  });

  it("is ended by closing the client, after which nothing is asked any more", async () => {
    const { client, platform, begin, clock, pass, told } = await watched();
    platform.on(LIST, () => "hang");
    await begin();
    await client.close();
    expect(clock.pending).toEqual([]);
    const before = platform.sent.length;
    await pass(10 * INTERVAL);
    expect(platform.sent).toHaveLength(before);
    expect(told("delegations.look_failed")).toEqual([]);
    expect(told("delegations.store_failed")).toEqual([]);
  });

  it("is made again after stop() and start()", async () => {
    const { heartbeat, platform, begin, pass, requests } = await watched();
    platform.on(LIST, inOrder("hang", { status: 200, body: [] }));
    await begin();
    await heartbeat.stop();
    await pass(INTERVAL);
    expect(requests(LIST)).toHaveLength(1);
    await begin();
    expect(requests(LIST)).toHaveLength(2);
  });
});

describe("a look that is answered 401", () => {
  const OLD = "old-token-aaaaaaaaaa";
  const NEW = "new-token-bbbbbbbbbb";

  it("is repeated once with a fresh token, and delivers in the same round", async () => {
    let token = OLD;
    const { platform, begin, requests, told, waiting, ids } = await watched({
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
    expect(told("delegations.look_failed")).toEqual([]);
    expect(told("token.refreshed")).toHaveLength(1);
  });

  it("is repeated no more than once, and then told", async () => {
    let token = OLD;
    const { platform, begin, requests, told } = await watched({ client: { token: () => token } });
    platform.on(LIST, () => {
      token = NEW;
      return refused(401, "invalid workspace auth token");
    });
    await begin();
    expect(requests(LIST).map((sent) => sent.token)).toEqual([OLD, NEW]);
    expect(told("delegations.look_failed")).toMatchObject([{ code: "unauthorized", status: 401 }]);
  });

  it("is not repeated with the same token", async () => {
    const { platform, begin, requests, told } = await watched();
    platform.on(LIST, () => refused(401, "invalid workspace auth token"));
    await begin();
    expect(requests(LIST)).toHaveLength(1);
    expect(told("delegations.look_failed")).toHaveLength(1);
  });
});

describe("under a rate limit", () => {
  const limited = (seconds?: number) =>
    refused(429, "rate limit exceeded", seconds === undefined ? {} : { "retry-after": String(seconds) });
  const empty = { status: 200, body: [] };

  it("every fourth beat looks while others are refused", async () => {
    const { platform, heartbeat, pass, beats, requests } = await watched();
    platform.on(BEAT, (_, index) => (index % 4 === 3 ? OK : limited()));
    heartbeat.start();
    while (beats().length < 12) await pass(10_000);
    const times = timesOf(beats());
    expect(timesOf(requests(LIST))).toEqual([times[3], times[7], times[11]]);
  });

  it("the fourth beat after one refused beat looks, and then every beat again", async () => {
    const { platform, heartbeat, pass, beats, requests } = await watched();
    platform.on(BEAT, (_, index) => (index === 2 ? limited(1) : OK));
    heartbeat.start();
    while (beats().length < 9) await pass(10_000);
    const [first, second, , , , sixth, seventh, eighth, ninth] = timesOf(beats());
    expect(timesOf(requests(LIST))).toEqual([first, second, sixth, seventh, eighth, ninth]);
  });

  it("the fourth beat after a refused look looks, and then every beat again", async () => {
    const { platform, heartbeat, pass, beats, requests, told } = await watched();
    platform.on(LIST, (_, index) => (index === 1 ? limited() : empty));
    heartbeat.start();
    while (beats().length < 9) await pass(10_000);
    const [first, second, , , , sixth, seventh, eighth, ninth] = timesOf(beats());
    expect(timesOf(requests(LIST))).toEqual([first, second, sixth, seventh, eighth, ninth]);
    expect(told("delegations.look_failed")).toMatchObject([{ code: "rate_limited", status: 429 }]);
  });

  it("nobody looks before the time that a refused look was told", async () => {
    const { platform, heartbeat, pass, requests } = await watched();
    platform.on(LIST, inOrder(limited(400), empty));
    heartbeat.start();
    await pass(SECOND + 14 * INTERVAL);
    // Beats come 16.5 s after the start and then every 30 s; the first one after 400 s is the 14th.
    expect(timesOf(requests(LIST)).slice(0, 3)).toEqual([0, SECOND + 13 * INTERVAL, SECOND + 14 * INTERVAL]);
  });

  it("a look that is refused again and again is made every fourth beat", async () => {
    const { platform, heartbeat, pass, beats, requests } = await watched();
    platform.on(LIST, () => limited(1));
    heartbeat.start();
    while (beats().length < 9) await pass(10_000);
    const times = timesOf(beats());
    expect(timesOf(requests(LIST))).toEqual([times[0], times[4], times[8]]);
  });
});

describe("results", () => {
  it("of completed and failed delegations are delivered, the older one first", async () => {
    const { begin, next, heartbeat, told } = await watched();
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
    expect(told("delegations.delivered")).toEqual([
      { type: "delegations.delivered", workspaceId: OWN, delegationIds: ["d-1", "d-2"] },
    ]);
  });

  it("have empty text where the platform says nothing, or something that is no text", async () => {
    const { begin, next, heartbeat } = await watched();
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
      const { begin, next, waiting, ids } = await watched();
      await begin();
      await next(pending("d-1", { status }));
      expect(await waiting()).toEqual([]);
      await next(done("d-1"));
      await next(done("d-1"));
      expect(await waiting()).toEqual(["d-1"]);
      expect(ids("delegations.delivered")).toEqual(["d-1"]);
    },
  );

  it("are put together from the two rows of a delegation", async () => {
    const { begin, next, heartbeat } = await watched();
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

  it("of a peer that refused with a JSON-RPC error are those of a failed delegation", async () => {
    const { begin, next, heartbeat } = await watched();
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
    const { begin, next, waiting, ids } = await watched();
    await begin();
    await next(done("d-1"));
    for (let look = 0; look < 5; look += 1) await next(done("d-1"), done("d-1", { summary: "changed" }));
    expect(await waiting()).toEqual(["d-1"]);
    expect(ids("delegations.delivered")).toEqual(["d-1"]);
  });

  it("stay where they are until they are taken, and are not delivered again then", async () => {
    const { heartbeat, begin, next, waiting } = await watched();
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

  it("waits for one more look, and is delivered with the preview that came", async () => {
    const { begin, next, heartbeat, waiting, ids } = await watched();
    await begin();
    await next(bare);
    expect(await waiting()).toEqual([]);
    await next(done("d-1"), bare);
    expect(await heartbeat.results.read()).toMatchObject([{ response_preview: "preview of d-1" }]);
    expect(ids("delegations.delivered")).toEqual(["d-1"]);
  });

  it("does not wait longer than that", async () => {
    const { begin, next, heartbeat, ids } = await watched();
    await begin();
    await next(bare);
    await next(bare);
    expect(await heartbeat.results.read()).toMatchObject([{ delegation_id: "d-1", response_preview: "" }]);
    await next(done("d-1"), bare);
    expect(ids("delegations.delivered")).toEqual(["d-1"]);
  });

  it("does not wait when it tells of an error", async () => {
    const { begin, next, waiting } = await watched();
    await begin();
    await next(done("d-1", { response_preview: "", error: "half of it failed" }));
    expect(await waiting()).toEqual(["d-1"]);
  });

  it("does not wait when it failed", async () => {
    const { begin, next, waiting } = await watched();
    await begin();
    await next(failed("d-1", { error: "" }));
    expect(await waiting()).toEqual(["d-1"]);
  });

  it("holds up no other one", async () => {
    const { begin, next, waiting } = await watched();
    await begin();
    await next(done("d-2"), bare);
    expect(await waiting()).toEqual(["d-2"]);
    await next(done("d-2"), bare);
    expect(await waiting()).toEqual(["d-2", "d-1"]);
  });

  it("is delivered also when it has left the list meanwhile", async () => {
    const { begin, next, waiting } = await watched();
    await begin();
    await next(bare);
    await next(done("d-2"));
    expect((await waiting()).sort()).toEqual(["d-1", "d-2"]);
  });

  it("waits while looks fail, which are none", async () => {
    const { platform, begin, next, heartbeat } = await watched();
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

  it("is never delivered, announced or shown, and warned of once", async () => {
    const { begin, next, told, waiting, messages, notices, pass } = await watched({ delegations: all });
    await begin();
    for (let look = 0; look < 3; look += 1) await next(foreign, failed("f-2", { source_id: "nobody" }));
    await pass(INTERVAL);
    expect(await waiting()).toEqual([]);
    expect(messages()).toEqual([]);
    expect(notices()).toEqual([]);
    const warning = { type: "delegations.foreign_source", workspaceId: OWN };
    expect(told("delegations.foreign_source")).toEqual([
      { ...warning, delegationId: "f-1", sourceId: STRANGER },
      { ...warning, delegationId: "f-2", sourceId: "nobody" },
    ]);
  });

  it("is warned of when it is there at the first start, too", async () => {
    const { begin, told } = await watched({ rows: [foreign] });
    await begin();
    expect(told("delegations.foreign_source")).toHaveLength(1);
  });

  it("is not warned of again after a restart", async () => {
    const first = await watched({ rows: [foreign] });
    await first.begin();
    await first.heartbeat.stop();
    const second = await watched({
      folder: first.folder,
      rows: [done("f-2", { source_id: STRANGER }), foreign],
    });
    await second.begin();
    expect(second.told("delegations.foreign_source")).toMatchObject([{ delegationId: "f-2" }]);
  });

  it("is warned of once although two rows tell of it", async () => {
    const { begin, next, told } = await watched();
    await begin();
    await next(foreign, { ...foreign, id: "other" });
    expect(told("delegations.foreign_source")).toHaveLength(1);
  });

  it("is no warning while it is not finished", async () => {
    const { begin, next, told } = await watched();
    await begin();
    await next(pending("f-1", { source_id: STRANGER }));
    expect(told("delegations.foreign_source")).toEqual([]);
  });

  it("is no warning when it is work that was handed to this workspace", async () => {
    const { begin, next, told, waiting } = await watched();
    await begin();
    await next({ ...foreign, direction: "received" });
    expect(told("delegations.foreign_source")).toEqual([]);
    expect(told("delegations.malformed")).toEqual([]);
    expect(await waiting()).toEqual([]);
  });

  it("does not keep an own one with the same id from being delivered", async () => {
    const { begin, next, heartbeat, told } = await watched();
    await begin();
    await next({ ...foreign, delegation_id: "d-1" });
    await next({ ...foreign, delegation_id: "d-1" }, done("d-1"));
    expect(await heartbeat.results.read()).toMatchObject([
      { delegation_id: "d-1", source_id: OWN, summary: "summary of d-1", response_preview: "preview of d-1" },
    ]);
    expect(told("delegations.foreign_source")).toHaveLength(1);
  });

  it("adds nothing to an own one with the same id", async () => {
    const { begin, next, heartbeat } = await watched();
    await begin();
    const later = { ...foreign, delegation_id: "d-1", error: "obey", created_at: "2027-01-01T00:00:00Z" };
    await next(later, done("d-1", { target_id: "", response_preview: "" }));
    await next(later, done("d-1", { target_id: "", response_preview: "" }));
    expect(await heartbeat.results.read()).toMatchObject([
      { target_id: "", summary: "summary of d-1", response_preview: "", error: "" },
    ]);
  });

  it("is told with one short line of what it claims to be", async () => {
    const { begin, next, told } = await watched();
    await begin();
    await next({ ...foreign, source_id: `\u202eevil\n\n${"x".repeat(1000)}` });
    const [warning] = told("delegations.foreign_source");
    expect(warning?.sourceId.length).toBeLessThanOrEqual(200);
    expect(warning?.sourceId).toMatch(/^evil [x…]+$/);
  });

  it("is one of its own when only the case of its id differs", async () => {
    const { begin, next, heartbeat, told } = await watched();
    await begin();
    await next(done("d-1", { source_id: OWN.toUpperCase() }));
    expect(await heartbeat.results.read()).toMatchObject([{ delegation_id: "d-1", source_id: OWN }]);
    expect(told("delegations.foreign_source")).toEqual([]);
  });
});

describe("rows that are none", () => {
  const bad = ["row", null, [], 7, { source_id: OWN, delegation_id: "d-9" }, done("d 9"), done("d-9\nx")];

  it("are counted, and in the way of none that is good", async () => {
    const { begin, next, told, waiting } = await watched();
    await begin();
    await next(...bad, done("d-1"), ...bad);
    expect(await waiting()).toEqual(["d-1"]);
    expect(told("delegations.malformed")).toEqual([
      { type: "delegations.malformed", workspaceId: OWN, count: 2 * bad.length },
    ]);
  });

  it("are told only when their number changes, and anew when they were gone", async () => {
    const { begin, next, told } = await watched();
    await begin();
    for (const count of [1, 1, 2, 2, 1, 0, 0, 1]) await next(...bad.slice(0, count));
    expect(told("delegations.malformed").map(({ count }) => count)).toEqual([1, 2, 1, 1]);
  });

  it("are not those that tell of a failure and have no id", async () => {
    const { begin, next, told } = await watched();
    await begin();
    await next(failed("", { delegation_id: undefined }), done("d-1", { summary: null }));
    expect(told("delegations.malformed")).toEqual([]);
  });
});

describe("the first start", () => {
  it("takes what is finished already for old", async () => {
    const { begin, next, waiting, told } = await watched({
      rows: [done("d-2"), failed("d-1"), done("d-3", { response_preview: "" })],
    });
    await begin();
    await next(done("d-2"), failed("d-1"), done("d-3"));
    expect(await waiting()).toEqual([]);
    expect(told("delegations.delivered")).toEqual([]);
  });

  it("delivers what finishes later, also of what was handed out before", async () => {
    const { begin, next, waiting } = await watched({ rows: [pending("d-2"), done("d-1")] });
    await begin();
    await next(done("d-2"), done("d-1"));
    expect(await waiting()).toEqual(["d-2"]);
  });

  it("delivers what is finished already when it is asked to", async () => {
    const { begin, waiting } = await watched({ rows: page(1, 3), delegations: { replayOld: true } });
    await begin();
    expect(await waiting()).toEqual(["d-1", "d-2", "d-3"]);
  });

  it("delivers what this client handed out before it", async () => {
    const { client, platform, begin, waiting } = await watched({ rows: page(1, 3) });
    platform.on(`POST /workspaces/${OWN}/delegate`, () => ({
      status: 202,
      body: { delegation_id: "d-2", status: "delegated", target_id: PEER },
    }));
    await client.delegate(PEER, "count to ten");
    await begin();
    expect(await waiting()).toEqual(["d-2"]);
  });

  it("is the first look, also when nothing can be remembered until later", async () => {
    const { begin, next, waiting, told, folder } = await watched({ rows: [done("d-1")] });
    await mkdir(join(folder, ".delegations.json"));
    await begin();
    expect(told("delegations.store_failed")).toHaveLength(1);
    await rmdir(join(folder, ".delegations.json"));
    await next(done("d-2"), done("d-1"));
    expect(await waiting()).toEqual(["d-2"]);
  });

  it("is the first look that is answered, not the first one", async () => {
    const { platform, begin, next, waiting } = await watched({ rows: [done("d-1")] });
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
  it("delivers nothing again, and what finished meanwhile", async () => {
    const first = await watched({ rows: [done("d-1")] });
    await first.begin();
    await first.next(done("d-2"), done("d-1"));
    await first.heartbeat.stop();
    const second = await watched({
      folder: first.folder,
      rows: page(1, 3),
      delegations: { replayOld: true },
    });
    await second.begin();
    expect(second.ids("delegations.delivered")).toEqual(["d-3"]);
    expect(await second.waiting()).toEqual(["d-2", "d-3"]);
  });

  it("of the same heartbeat is none that forgets", async () => {
    const { heartbeat, begin, lists, next, waiting, ids } = await watched();
    await begin();
    await next(done("d-1"));
    await heartbeat.stop();
    lists(done("d-2"), done("d-1"));
    await begin();
    expect(await waiting()).toEqual(["d-1", "d-2"]);
    expect(ids("delegations.delivered")).toEqual(["d-1", "d-2"]);
  });

  it("delivers nothing again after more results than are remembered", async () => {
    const first = await watched({ delegations: { replayOld: true } });
    await first.begin();
    for (let last = 50; last <= 600; last += 50) await first.next(...page(last - 49, last));
    await first.heartbeat.stop();
    expect(first.ids("delegations.delivered")).toHaveLength(600);
    const second = await watched({ folder: first.folder, rows: page(551, 600) });
    await second.begin();
    await second.next(...page(552, 601));
    expect(second.ids("delegations.delivered")).toEqual(["d-601"]);
    await second.next(...page(101, 150));
    expect(second.ids("delegations.delivered")).toEqual(["d-601", "d-101"]);
  });
});

describe("a page that is full of what was never seen", () => {
  it("is told, once", async () => {
    const { begin, next, told } = await watched({ rows: [done("d-1")] });
    await begin();
    await next(...page(2, 51));
    await next(...page(2, 51));
    expect(told("delegations.possible_gap")).toEqual([
      { type: "delegations.possible_gap", workspaceId: OWN },
    ]);
  });

  it("is told also when nothing of it is finished", async () => {
    const { begin, next, told } = await watched({ rows: [done("d-1")] });
    await begin();
    await next(...page(2, 51, pending));
    expect(told("delegations.possible_gap")).toHaveLength(1);
  });

  it("is told after a restart, too", async () => {
    const first = await watched({ rows: [done("d-1")] });
    await first.begin();
    await first.heartbeat.stop();
    const second = await watched({ folder: first.folder, rows: page(2, 51) });
    await second.begin();
    expect(second.told("delegations.possible_gap")).toHaveLength(1);
  });

  it.each([
    ["one row is known", [...page(2, 50), done("d-1")]],
    ["one row was seen unfinished", [...page(2, 50), pending("d-0")]],
    ["there is room for one row more", page(2, 50)],
  ])("is nothing to tell when %s", async (_, rows) => {
    const { begin, next, told } = await watched({ rows: [done("d-1"), pending("d-0")] });
    await begin();
    await next(...rows);
    expect(told("delegations.possible_gap")).toEqual([]);
  });

  it("is nothing to tell at the first start", async () => {
    const { begin, told } = await watched({ rows: page(1, 50) });
    await begin();
    const replaying = await watched({ rows: page(1, 50), delegations: { replayOld: true } });
    await replaying.begin();
    expect([...told("delegations.possible_gap"), ...replaying.told("delegations.possible_gap")]).toEqual([]);
  });
});

describe("events", () => {
  it("tell nothing that a peer wrote, and no secret", async () => {
    const token = "own-token-that-nobody-sees";
    const { platform, begin, next, pass, events } = await watched({
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

describe("the hook for events", () => {
  it("may throw: everything is delivered all the same", async () => {
    const { begin, next, waiting, pass, messages, notices } = await watched({
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

describe("a beat that was told to wait", () => {
  it("keeps looks back for as long, too", async () => {
    const { platform, heartbeat, pass, requests } = await watched();
    platform.on(BEAT, inOrder(refused(429, "rate limit exceeded", { "retry-after": "400" }), OK));
    heartbeat.start();
    await pass(390_000);
    expect(requests(LIST)).toEqual([]);
  });
});

describe("a text that is cut", () => {
  it("is cut between characters, not within one", async () => {
    const { begin, next, heartbeat } = await watched();
    await begin();
    await next(done("d-1", { summary: `x${"\u{1f600}".repeat(5000)}` }));
    const [result] = await heartbeat.results.read();
    expect(result?.summary.at(-1)?.codePointAt(0)).toBeGreaterThanOrEqual(0xdc00);
  });
});
