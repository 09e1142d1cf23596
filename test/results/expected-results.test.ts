import { describe, expect, it } from "vitest";
import { getInternals } from "../../src/client/internals";
import type { WorkspaceEventListener } from "../../src/event-stream/workspace-events";
import { INTERVAL, SECOND } from "../heartbeat/helpers/fixture";
import { OWN, PEER } from "../helpers/ids";
import { LIST, type PollingFixture, type Setting, startFixture } from "./helpers/polling-fixture";
import { done, pending } from "./helpers/rows";

const DELEGATE = `POST /workspaces/${OWN}/delegate`;
const ID = "d4100000-0000-4000-8000-000000000001";
const MINUTE = 60_000;

const start = (setting: Setting = {}) => startFixture({ outstanding: false, ...setting });

const polls = ({ requests }: PollingFixture) => requests(LIST).map(({ at }) => at);

/** Delegates; the platform gives this id. */
async function delegate(all: PollingFixture, id = ID): Promise<void> {
  all.platform.on(DELEGATE, () => ({ status: 202, body: { delegation_id: id, status: "delegated" } }));
  await all.client.delegate(PEER, "sort");
}

describe("without anything delegated", () => {
  it("the list is polled at the start and then every 10 to 20 minutes, while beats go on", async () => {
    for (const random of [0, 0.5, 0.999]) {
      const all = await start({ client: { random: () => random } });
      await all.begin();
      await all.pass(60 * MINUTE);
      const times = polls(all);
      expect(times[0]).toBe(0);
      const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
      expect(pauses.length).toBeGreaterThanOrEqual(2);
      for (const pause of pauses) {
        expect(pause).toBeGreaterThanOrEqual(10 * MINUTE);
        expect(pause).toBeLessThanOrEqual(20 * MINUTE + 1.2 * INTERVAL);
      }
      expect(all.beats().length).toBeGreaterThan(100);
    }
  });

  it("a failed poll is repeated after the next beat", async () => {
    const all = await start();
    all.platform.on(LIST, (_, index) => ({ status: index < 2 ? 500 : 200, body: [] }));
    await all.begin();
    await all.pass(SECOND + 3 * INTERVAL);
    expect(polls(all)).toEqual([0, SECOND, SECOND + INTERVAL]);
  });

  it("a heartbeat that starts again polls at once", async () => {
    const all = await start();
    await all.begin();
    await all.heartbeat.stop();
    await all.begin();
    expect(polls(all)).toHaveLength(2);
  });

  it("a delegation of another workspace of the client causes no poll", async () => {
    const second = "7b0e0000-0000-4000-8000-00000000000b";
    const all = await start({
      client: { workspaces: [{ id: OWN }, { id: second, token: "another-token" }] },
    });
    await all.begin();
    all.platform.on(`POST /workspaces/${second}/delegate`, () => ({
      status: 202,
      body: { delegation_id: ID, status: "delegated" },
    }));
    await all.client.delegate(PEER, "sort", { source: second });
    await all.pass(5 * MINUTE);
    expect(polls(all)).toHaveLength(1);
  });
});

describe("with a delegation of this client", () => {
  it("polls follow after 2, 5 and 10 s, and then each beat, until the result is delivered", async () => {
    const all = await start();
    await all.begin();
    await all.pass(SECOND + 1000);
    const from = all.clock.now();
    await delegate(all);
    all.lists(pending(ID));
    await all.pass(2 * INTERVAL);
    const expectedTimes = [2000, 5000, 10_000].map((ms) => from + ms);
    expect(polls(all)).toEqual([0, ...expectedTimes, SECOND + INTERVAL, SECOND + 2 * INTERVAL]);
    all.lists(done(ID));
    await all.pass(INTERVAL);
    expect(await all.waiting()).toEqual([ID]);
    const count = polls(all).length;
    await all.pass(5 * MINUTE);
    expect(polls(all)).toHaveLength(count);
  });

  it("the first of them delivers what is finished by then, and ends them", async () => {
    const all = await start();
    await all.begin();
    await delegate(all);
    all.lists(done(ID));
    await all.pass(2000);
    expect(await all.waiting()).toEqual([ID]);
    await all.pass(10 * INTERVAL);
    expect(polls(all)).toEqual([0, 2000]);
  });

  it("many more make no more polls than one, until the next beat", async () => {
    const all = await start();
    await all.begin();
    for (let count = 0; count < 12; count += 1) {
      await delegate(all, ID.replace(/.$/, count.toString(16)));
      await all.pass(1000);
    }
    expect(polls(all)).toHaveLength(4);
  });

  it("none follows early while the platform limits requests", async () => {
    const all = await start();
    all.platform.on(LIST, () => ({
      status: 429,
      headers: { "retry-after": "1" },
      body: { error: "rate limit exceeded" },
    }));
    await all.begin();
    void delegate(all);
    await all.pass(SECOND - 1000);
    expect(polls(all)).toEqual([0]);
  });

  it("none follows early after stop()", async () => {
    const all = await start();
    await all.begin();
    await delegate(all);
    await all.heartbeat.stop();
    await all.pass(MINUTE);
    expect(polls(all)).toEqual([0]);
  });

  it("that never comes back is given up after an hour", async () => {
    const all = await start();
    await all.begin();
    await delegate(all);
    await all.pass(65 * MINUTE);
    const count = polls(all).length;
    await all.pass(5 * MINUTE);
    expect(polls(all).length).toBeLessThanOrEqual(count + 1);
  });
});

it("an unfinished delegation of somebody else in the list is polled for with each beat", async () => {
  const all = await start({ rows: [pending("d-1")] });
  await all.begin();
  await all.pass(SECOND + INTERVAL);
  expect(polls(all)).toEqual([0, SECOND, SECOND + INTERVAL]);
});

it("a result that cannot be written yet is polled for with each beat", async () => {
  const all = await start({
    rows: [done("d-1", { response_preview: undefined })],
    delegations: { replayOld: true },
  });
  await all.begin();
  await all.pass(SECOND);
  expect(await all.waiting()).toEqual(["d-1"]);
  await all.pass(2 * INTERVAL);
  expect(polls(all)).toEqual([0, SECOND]);
});

describe("beside a live event stream", () => {
  /** Waits for a delegation of another process, with a stream that a test makes live and not. */
  async function startListening() {
    const all = await start({ rows: [pending("d-1")] });
    const state = { isLive: false };
    let listener: WorkspaceEventListener | undefined;
    Object.assign(getInternals(all.client).workspaceEvents, {
      isBackground: true,
      subscribe(_: unknown, given: WorkspaceEventListener) {
        listener = given;
        return {
          get isLive() {
            return state.isLive;
          },
          close() {},
        };
      },
    });
    const setLive = (isLive: boolean) => {
      state.isLive = isLive;
      listener?.onChange?.();
    };
    await all.begin();
    setLive(true);
    return { all, setLive, emit: () => listener?.onEvent({ type: "DELEGATION_COMPLETE", data: {} }) };
  }

  it("one poll is made a minute, the first after the stream is live", async () => {
    const { all } = await startListening();
    await all.pass(SECOND + 10 * INTERVAL);
    expect(polls(all)).toEqual(
      [0, 0, 2, 4, 6, 8, 10].map((beats, n) => (n === 0 ? 0 : SECOND + beats * INTERVAL)),
    );
  });

  it("a result that the stream has not told of is delivered within a minute", async () => {
    const { all } = await startListening();
    await all.pass(SECOND + 1000);
    all.lists(done("d-1"));
    await all.pass(2 * INTERVAL);
    expect(await all.waiting()).toEqual(["d-1"]);
  });

  it("each beat is followed by a poll again once the stream is dropped, and until one was made beside another", async () => {
    const { all, setLive } = await startListening();
    await all.pass(SECOND + 1000);
    setLive(false);
    await all.pass(2 * INTERVAL);
    setLive(true);
    await all.pass(4 * INTERVAL);
    const afterBeats = [0, 1, 2, 3, 5].map((beats) => SECOND + beats * INTERVAL);
    expect(polls(all)).toEqual([0, ...afterBeats]);
  });

  it("a poll that failed is repeated after the next beat", async () => {
    const { all } = await startListening();
    all.platform.on(LIST, () => ({ status: 500, body: {} }));
    await all.pass(SECOND + 1000);
    all.lists(pending("d-1"));
    await all.pass(2 * INTERVAL);
    expect(polls(all)).toEqual([0, SECOND, SECOND + INTERVAL, SECOND + 2 * INTERVAL]);
  });

  it("a poll that an event has started puts off the next one", async () => {
    const { all, emit } = await startListening();
    await all.pass(SECOND + INTERVAL - 5000);
    emit();
    await all.pass(5000 + 2 * INTERVAL);
    const told = SECOND + INTERVAL - 5000 + 200;
    expect(polls(all)).toEqual([0, SECOND, told, SECOND + 3 * INTERVAL]);
  });
});
