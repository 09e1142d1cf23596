import { request } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type ManualClock,
  manualClock,
  startPlatform,
  type TestPlatform,
  type TestWorkspace,
} from "../../../src/testing/index";
import { delegateTask, getDelegationId, listRows, type Row, requestAs } from "../helpers/delegations";
import { asCaller, send } from "../helpers/exchange";
import { beat } from "../helpers/registry";

let clock: ManualClock;
let platform: TestPlatform;
let me: TestWorkspace;
let peer: TestWorkspace;
let answer: string;

async function start(version: "2026-04" | "2026-05"): Promise<void> {
  clock = manualClock();
  platform = await startPlatform({ version, clock });
  me = platform.addWorkspace({ name: "Me" });
  peer = platform.addWorkspace({ name: "Peer", reply: () => answer });
}
afterEach(() => platform.close());

/** The rows, once the delegation has ended. */
async function rowsAtEnd(): Promise<Row[]> {
  for (;;) {
    const rows = await listRows(platform, me);
    if (rows.some(({ status }) => status === "completed" || status === "failed")) return rows;
  }
}

const LOST: [string, string][] = [
  ["byte 80 within a character", `${"x".repeat(79)}ä, and more`],
  ["more than 80 bytes of Chinese", "完成".repeat(20)],
  ["an emoji across byte 80", `${"a".repeat(77)}😀 done`],
  ["a NUL", "a\0b"],
  ["a NUL far behind", `${"x".repeat(500)}\0`],
];

describe("a result that the database of 2026-04 refuses", () => {
  beforeEach(() => start("2026-04"));

  it.each(LOST)("is lost: %s", async (_name, text) => {
    answer = text;
    const id = getDelegationId(await delegateTask(platform, me, peer));
    const rows = await rowsAtEnd();
    expect(rows).toMatchObject([{ delegation_id: id, status: "completed" }]);
    expect(rows[0]).not.toHaveProperty("response_preview");
    expect(rows[0]?.summary).toBe(`Delegating to ${peer.id}`);
    // The event of the completion has its beginning all the same.
    expect(platform.events.at(-1)).toMatchObject({ type: "DELEGATION_COMPLETE" });
  });

  it.each([
    ["80 bytes that end with a character", `${"x".repeat(78)}ä`],
    ["a character that ends at byte 80", `${"x".repeat(78)}ä, and more`],
    ["a long text of ASCII", "x".repeat(1000)],
  ])("is kept otherwise: %s", async (_name, text) => {
    answer = text;
    await delegateTask(platform, me, peer);
    const rows = await rowsAtEnd();
    expect(rows).toHaveLength(2);
    expect(rows[0]?.response_preview?.slice(0, 80)).toBe(text.slice(0, 80));
  });

  it("is whole in the activity, where it is kept", async () => {
    answer = "x".repeat(50_000);
    const id = getDelegationId(await delegateTask(platform, me, peer));
    await rowsAtEnd();
    const activity = (await requestAs(platform, me, "GET", "/activity?type=delegation")).json;
    expect(activity).toMatchObject([
      { method: "delegate_result", response_body: { text: answer, delegation_id: id } },
      { method: "delegate" },
    ]);
  });

  it("leaves a queued delegation queued for ever after the agent has run it", async () => {
    answer = "完成".repeat(20);
    let runs = 0;
    peer.setReply(() => {
      runs += 1;
      if (runs === 1) return new Promise<string>(() => undefined);
      return answer;
    });
    await delegateTask(platform, me, peer);
    while (runs < 1) await new Promise(setImmediate);
    await clock.advance(300_000);
    for (let rows: Row[] = []; rows.length < 2; ) rows = await listRows(platform, me);
    await beat(platform, peer);
    while (runs < 2) await beat(platform, peer);
    await send(platform, null, peer);
    expect((await listRows(platform, me)).map(({ status }) => status)).toEqual(["queued", "queued"]);
  });

  it("is lost when the source states it, too", async () => {
    const body = { status: "completed", response_preview: "完成".repeat(20) };
    const stated = await requestAs(platform, me, "POST", "/delegations/some-id/update", body);
    expect(stated).toMatchObject({ status: 200 });
    expect(await listRows(platform, me)).toEqual([]);
  });
});

it.each(LOST)("a result is kept in 2026-05: %s", async (_name, text) => {
  await start("2026-05");
  answer = text;
  await delegateTask(platform, me, peer);
  expect(await rowsAtEnd()).toHaveLength(2);
});

describe.each(["2026-04", "2026-05"] as const)("a delegation that the database of %s refuses", (version) => {
  beforeEach(() => start(version));

  it.each([
    ["a NUL in the task", { task: "a\0b" }],
    ["a NUL in the key", { idempotency_key: "a\0b" }],
  ])("runs without a row, with a warning: %s", async (_name, fields) => {
    answer = "done";
    expect(await delegateTask(platform, me, peer, fields)).toMatchObject({
      status: 202,
      json: { warning: "delegation dispatched but status tracking unavailable" },
    });
    for (let rows: Row[] = []; rows.length === 0; ) rows = await listRows(platform, me);
    expect(peer.received).toHaveLength(1);
    expect(await listRows(platform, me)).toMatchObject([{ summary: "Delegation completed (done)" }]);
  });

  it("takes other spellings of an id than the platform's own", async () => {
    answer = "done";
    const statusOf = async (id: string) => (await delegateTask(platform, me, { id })).status;
    const spellings = [
      me.id.toUpperCase(),
      peer.id.replaceAll("-", ""),
      `{${peer.id}}`,
      `urn:uuid:${peer.id}`,
    ];
    expect(await Promise.all(spellings.map(statusOf))).toEqual([202, 202, 202, 202]);
    expect(await delegateTask(platform, me, { id: `urn:uuid:${peer.id}` })).toMatchObject({
      json: { warning: expect.any(String) },
    });
  });
});

describe("a delegation whose caller disconnects at once", () => {
  const KEY = { idempotency_key: "k-1" };

  /** Sends the request and closes the connection as soon as it is written. */
  function delegateAndReset(): Promise<void> {
    const body = JSON.stringify({ target_id: peer.id, task: "count to ten", ...KEY });
    return new Promise((resolve) => {
      const sent = request(`${platform.url}/workspaces/${me.id}/delegate`, {
        method: "POST",
        agent: false,
        headers: { ...asCaller(me), "content-length": Buffer.byteLength(body) },
      });
      sent.on("error", () => undefined);
      sent.on("close", () => resolve());
      sent.end(body, () => setImmediate(() => sent.socket?.resetAndDestroy()));
    });
  }

  const untilRuns = async (count: number): Promise<void> => {
    while (peer.received.length < count) await new Promise(setImmediate);
  };

  it("runs in 2026-04 without a row, and again under the same key", async () => {
    await start("2026-04");
    answer = "done";
    await delegateAndReset();
    await untilRuns(1);
    const again = await delegateTask(platform, me, peer, KEY);
    expect(again.json).not.toHaveProperty("idempotent_hit");
    await untilRuns(2);
    for (let rows: Row[] = []; rows.length < 3; ) rows = await listRows(platform, me);
    const keyed = (await listRows(platform, me)).filter(({ summary }) => summary.startsWith("Delegating"));
    expect(keyed).toMatchObject([{ delegation_id: getDelegationId(again) }]);
  });

  it("runs in 2026-05 once", async () => {
    await start("2026-05");
    answer = "done";
    await delegateAndReset();
    await untilRuns(1);
    expect((await delegateTask(platform, me, peer, KEY)).json).toMatchObject({ idempotent_hit: true });
    expect(peer.received).toHaveLength(1);
  });

  it("runs in 2026-04 once while its caller stays", async () => {
    await start("2026-04");
    answer = "done";
    const answers = await Promise.all([1, 2, 3].map(() => delegateTask(platform, me, peer, KEY)));
    expect(new Set(answers.map(getDelegationId)).size).toBe(1);
    await rowsAtEnd();
    expect(peer.received).toHaveLength(1);
  });
});
