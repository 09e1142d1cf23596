import { createInbox, type InboxEvent } from "a2a-peers/inbox";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createClientOn } from "../../src/client/client";
import { heldClock } from "../helpers/held-clock";
import { scratchFolder } from "../helpers/scratch-folder";
import { ofType, textBody } from "./helpers/inbox";
import { createMemoryLog } from "./helpers/memory-log";

const OWN = "7b0e0000-0000-4000-8000-000000000001";
const HOUR_MS = 3_600_000;

afterEach(() => void vi.useRealTimers());

/** A reader with files of its own, on a clock that the test moves; the platform's clock goes on with it. */
async function startFixture() {
  const clock = heldClock();
  const log = createMemoryLog(clock.now);
  const stateDir = await scratchFolder();
  const handled: string[] = [];
  const events: InboxEvent[] = [];

  const write = (text: string) => void log.write({ request_body: textBody(text) });

  function open(options: { visibilityMs?: number } = {}) {
    const client = createClientOn(clock, {
      platformUrl: "http://platform.test",
      workspaceId: OWN,
      token: "t",
      fetch: log.fetch,
    });
    const onEvent = (event: InboxEvent) => void events.push(event);
    const inbox = createInbox(client, { stateDir, onEvent, ...options });
    onTestFinished(() => clockGoesOn(() => client.close()));
    return inbox;
  }

  /** Lets time pass while `work` goes on. */
  async function clockGoesOn<T>(work: () => Promise<T>): Promise<T> {
    let isOver = false;
    const working = work().finally(() => {
      isOver = true;
    });
    await vi.waitFor(
      async () => {
        await clock.advance(1000);
        expect(isOver).toBe(true);
      },
      { timeout: 10_000 },
    );
    return working;
  }

  async function reach(...texts: string[]): Promise<void> {
    await vi.waitFor(
      async () => {
        await clock.advance(1000);
        expect(handled).toEqual(texts);
      },
      { timeout: 10_000 },
    );
  }

  return { clock, log, stateDir, handled, events, write, open, clockGoesOn, reach };
}

/** Sets the wall clock of this process, which the lock and the times of files are compared with. */
function setWallClock(byMs: number): void {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + byMs });
}

describe("a machine that was suspended for an hour", () => {
  it("goes on with the message that its handler works on, and with the next ones", async () => {
    const me = await startFixture();
    const inbox = me.open({ visibilityMs: 1000 });
    let finish: () => void = () => {};
    void inbox.run(async ({ text }) => {
      me.handled.push(text);
      if (text === "long") await new Promise<void>((resolve) => (finish = resolve));
    });
    me.write("long");
    await me.reach("long");
    me.clock.stall(HOUR_MS);
    me.write("after");
    await me.reach("long");
    finish();
    await me.reach("long", "after");
    expect(ofType(me.events, "inbox.retry")).toEqual([]);
    await me.clockGoesOn(inbox.stop);
  });

  it("hands a message over again whose time to be acknowledged went by, and takes no late acknowledgement", async () => {
    const me = await startFixture();
    const inbox = me.open();
    me.write("one");
    me.write("two");
    const first = await me.clockGoesOn(() => inbox.receive());
    me.clock.stall(HOUR_MS);
    const again = await me.clockGoesOn(() => inbox.receive());
    expect([first?.text, first?.attempt, again?.text, again?.attempt]).toEqual(["one", 1, "one", 2]);
    await first?.ack();
    await again?.ack();
    expect(ofType(me.events, "inbox.acknowledged")).toHaveLength(1);
    expect((await me.clockGoesOn(() => inbox.receive()))?.text).toBe("two");
    await me.clockGoesOn(inbox.stop);
  });
});

describe("a wall clock that is set", () => {
  it.each([
    ["back by an hour", -HOUR_MS],
    ["forward by an hour", HOUR_MS],
  ])("%s changes nothing for the reader, nor for the one after it", async (_, byMs) => {
    const me = await startFixture();
    const first = me.open();
    void first.run(({ text }) => void me.handled.push(text));
    me.write("before");
    await me.reach("before");
    setWallClock(byMs);
    me.write("after");
    await me.reach("before", "after");
    await me.clockGoesOn(first.stop);
    const second = me.open();
    void second.run(({ text }) => void me.handled.push(text));
    me.write("next");
    await me.reach("before", "after", "next");
    await me.clockGoesOn(second.stop);
    expect(
      me.events.map(({ type }) => type).filter((type) => !/received|delivered|acknowledged/.test(type)),
    ).toEqual([]);
  });
});
