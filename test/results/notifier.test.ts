import { describe, expect, it } from "vitest";
import { A2AError, type A2AErrorFacts } from "../../src/errors";
import type { HeartbeatEvent } from "../../src/events";
import { createNotifier } from "../../src/results/notifier";
import type { DelegationResult } from "../../src/results/result";
import { INTERVAL, refused, SECOND } from "../heartbeat/helpers/fixture";
import { type Answer, inOrder } from "../heartbeat/helpers/scripted-platform";
import { OWN, PEER } from "../helpers/ids";
import { LIST, NOTICE, startFixture } from "./helpers/polling-fixture";
import { done, failed, page } from "./helpers/rows";

const SENT = { status: 200, body: { status: "sent" } };

const notifying = (more = {}) => startFixture({ delegations: { notify: true, ...more } });

describe("the user of the workspace", () => {
  it("is shown each result, with the beginning of its text", async () => {
    const { begin, next, requests, headers } = await notifying();
    await begin();
    const summary = "s".repeat(150);
    const response_preview = "p".repeat(250);
    await next(failed("d-3"), done("d-2"), done("d-1", { summary, response_preview }));
    const message = (text: string) => ({ message: text, type: "delegation_result" });
    expect(requests(NOTICE).map(({ body }) => body)).toEqual([
      message(`Delegation completed: ${"s".repeat(100)}\nResult: ${"p".repeat(200)}`),
      message("Delegation completed: summary of d-2\nResult: preview of d-2"),
      message("Delegation failed: summary of d-3"),
    ]);
    expect(headers(NOTICE).get("x-workspace-id")).toBe(OWN);
  });

  it("is shown nothing without new results", async () => {
    const { begin, next, notices } = await notifying();
    await begin();
    await next(done("d-1"));
    await next(done("d-1"));
    expect(notices()).toHaveLength(1);
  });

  it("is shown nothing with notify: false", async () => {
    const { begin, next, waiting, notices } = await notifying({ notify: false });
    await begin();
    await next(done("d-1"));
    expect(await waiting()).toEqual(["d-1"]);
    expect(notices()).toEqual([]);
  });

  it("is shown results during the cooldown of wake-up messages", async () => {
    const { begin, next, notices, messages } = await notifying({ announce: true, cooldownMs: 600_000 });
    await begin();
    await next(done("d-1"));
    await next(done("d-2"), done("d-1"));
    expect(messages()).toHaveLength(1);
    expect(notices()).toHaveLength(2);
  });

  it("is shown the next result when one fails", async () => {
    const { platform, begin, next, notices, eventsOf } = await notifying();
    platform.on(NOTICE, inOrder(refused(500), SENT));
    await begin();
    await next(done("d-2"), done("d-1"));
    expect(notices()).toEqual([expect.stringContaining("d-1"), expect.stringContaining("d-2")]);
    expect(eventsOf("delegations.notify_failed")).toEqual([
      {
        type: "delegations.notify_failed",
        workspaceId: OWN,
        code: "platform_error",
        reason: expect.any(String),
      },
    ]);
  });

  it.each<[string, Answer]>([
    ["500", refused(500)],
    ["502", refused(502)],
    ["a reset", "reset"],
    ["silence", "hang"],
    ["400", refused(400, "message is required")],
    ["404", refused(404, "workspace not found")],
    ["413", refused(413)],
  ])("is not shown a message again after %s", async (_, answer) => {
    const { platform, begin, next, pass, notices, eventsOf } = await notifying();
    platform.on(NOTICE, () => answer);
    await begin();
    await next(done("d-1"));
    await pass(10_000);
    for (let poll = 0; poll < 3; poll += 1) await next(done("d-1"));
    expect(notices()).toHaveLength(1);
    expect(eventsOf("delegations.notify_failed")).toHaveLength(1);
  });

  it.each<[string, Answer]>([
    ["429", refused(429, "rate limit exceeded", { "retry-after": "1" })],
    ["401", refused(401, "invalid workspace auth token")],
    ["503 of a platform that is away", { status: 503, body: { error: "x", code: "platform_unavailable" } }],
  ])(
    "is shown a message again with the next poll after %s, when it certainly was not shown",
    async (_, answer) => {
      const { platform, begin, next, notices, eventsOf } = await notifying();
      platform.on(NOTICE, inOrder(answer, answer, SENT));
      await begin();
      for (let poll = 0; poll < 5; poll += 1) await next(done("d-1"));
      expect(notices()).toEqual(new Array(3).fill(expect.stringContaining("d-1")));
      expect(eventsOf("delegations.notify_failed")).toEqual([]);
    },
  );

  it("is shown a message later that found no connection", async () => {
    const { unreachable, begin, next, notices } = await notifying();
    unreachable(NOTICE);
    await begin();
    await next(done("d-1"));
    unreachable(NOTICE, false);
    await next(done("d-1"));
    expect(notices()).toEqual([expect.stringContaining("d-1")]);
  });

  it("is not shown a message that failed five times", async () => {
    const { platform, begin, next, notices, eventsOf } = await notifying();
    platform.on(NOTICE, () => refused(429, "rate limit exceeded"));
    await begin();
    for (let poll = 0; poll < 4; poll += 1) await next(done("d-1"));
    expect(eventsOf("delegations.notify_failed")).toEqual([]);
    for (let poll = 0; poll < 4; poll += 1) await next(done("d-1"));
    expect(notices()).toHaveLength(5);
    expect(eventsOf("delegations.notify_failed")).toMatchObject([{ code: "rate_limited" }]);
  });

  it("is shown more than three results in one message", async () => {
    const { begin, next, notices } = await notifying();
    await begin();
    await next(...page(1, 3));
    expect(notices()).toHaveLength(3);
    await next(failed("d-7"), ...page(4, 6));
    expect(notices().slice(3)).toEqual([
      "4 delegations finished: 3 completed, 1 failed\n- completed: summary of d-4\n- completed: summary of d-5\n- completed: summary of d-6\n- failed: summary of d-7",
    ]);
  });

  it("is shown nothing while a request hangs, which delays neither beats nor deliveries", async () => {
    const { platform, begin, next, pass, beats, ids } = await notifying();
    platform.on(NOTICE, () => "hang");
    await begin();
    await next(done("d-1"));
    await pass(INTERVAL);
    await next(done("d-2"), done("d-1"));
    expect(ids("delegations.delivered")).toEqual(["d-1", "d-2"]);
    expect(beats().map(({ at }) => at)).toEqual(
      [0, 1, 2, 3].map((n) => (n === 0 ? 0 : SECOND + (n - 1) * INTERVAL)),
    );
  });

  it("does not delay stop() with a request that hangs", async () => {
    const { platform, heartbeat, begin, next, clock } = await notifying();
    platform.on(NOTICE, () => "hang");
    await begin();
    await next(done("d-1"));
    await heartbeat.stop();
    expect(clock.pending).toEqual([]);
  });

  it("is shown the own results of a page with a foreign delegation, and not that one", async () => {
    const { platform, begin, next, notices } = await notifying();
    platform.on(LIST, () => ({ status: 200, body: [] }));
    await begin();
    platform.on(LIST, () => ({ status: 200, body: [done("f-1", { source_id: PEER }), done("d-1")] }));
    await next();
    expect(notices()).toEqual(["Delegation completed: summary of d-1\nResult: preview of d-1"]);
  });
});

function notifier(...failures: (A2AErrorFacts | undefined)[]) {
  const shown: string[] = [];
  const events: HeartbeatEvent[] = [];
  const {
    add,
    flush: begin,
    idle,
  } = createNotifier({
    workspaceId: OWN,
    emit: (event) => events.push(event),
    async show(message) {
      shown.push(message);
      const facts = failures[Math.min(shown.length, failures.length) - 1];
      return facts === undefined ? undefined : new A2AError(facts);
    },
  });
  const flush = () => {
    begin();
    return idle();
  };
  return { add, flush, shown, events };
}

const result = (fields: Partial<DelegationResult> = {}): DelegationResult => ({
  delegation_id: "d-1",
  target_id: PEER,
  source_id: OWN,
  status: "completed",
  summary: "summary",
  response_preview: "preview",
  error: "",
  timestamp: 1,
  ...fields,
});

describe("a notice", () => {
  it("has no invisible or reordering characters, and is cut between code points", async () => {
    const { add, flush, shown } = notifier();
    add([
      result({
        summary: "a\u202eb\u0007c\nd\u2066e\u200ff\u001b[31m",
        response_preview: `\r\n${"\u{1f600}".repeat(250)}`,
      }),
    ]);
    await flush();
    expect(shown).toEqual([`Delegation completed: a b c d e f [31m\nResult: ${"\u{1f600}".repeat(200)}`]);
  });

  it("of many results lists ten of them, one per line", async () => {
    const { add, flush, shown } = notifier();
    add(
      Array.from({ length: 13 }, (_, index) =>
        result({ delegation_id: `d-${index}`, summary: `\n${index}\n` }),
      ),
    );
    await flush();
    const lines = shown[0]?.split("\n") ?? [];
    expect(shown).toHaveLength(1);
    expect(lines).toHaveLength(12);
    expect(lines[10]).toBe("- completed: 9");
    expect(lines[11]).toBe("- and 3 more");
  });

  it("is not sent again while it is being sent", async () => {
    const { add, flush, shown } = notifier();
    add([result()]);
    await Promise.all([flush(), flush()]);
    expect(shown).toHaveLength(1);
  });

  it("is dropped for newer ones when more than 50 are pending", async () => {
    const { add, flush, shown, events } = notifier({ code: "rate_limited", message: "no", retryable: true });
    for (let index = 0; index < 60; index += 1) add([result({ summary: `number ${index}` })]);
    await flush();
    expect(shown).toHaveLength(50);
    expect(shown[0]).toContain("number 10");
    expect(events).toEqual([]);
  });

  it.each<[string, A2AErrorFacts, boolean]>([
    ["not sent and worth a repeat", { code: "network", message: "", retryable: true }, true],
    ["not sent and refused for the token", { code: "unauthorized", message: "" }, true],
    ["not sent and refused for good", { code: "bad_request", message: "" }, false],
    ["maybe shown", { code: "network", message: "", retryable: true, delivery: "maybe" }, false],
    ["shown, and its answer lost", { code: "reply_lost", message: "", delivery: "confirmed" }, false],
  ])("that was %s is sent again only if it cannot be shown twice", async (_, facts, again) => {
    const { add, flush, shown, events } = notifier(facts);
    add([result()]);
    await flush();
    await flush();
    expect(shown).toHaveLength(again ? 2 : 1);
    expect(events).toHaveLength(again ? 0 : 1);
  });
});

describe("a notice that hangs", () => {
  it("does not delay the next polls", async () => {
    const { platform, begin, next, pass, requests } = await startFixture({
      intervalMs: 2000,
      delegations: { notify: true },
    });
    platform.on(NOTICE, () => "hang");
    await begin();
    await next(...page(1, 3));
    const before = requests(LIST).length;
    await pass(9000);
    expect(requests(LIST).length - before).toBe(4);
  });
});
