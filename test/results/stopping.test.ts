import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { inOrder, OK } from "../heartbeat/helpers/scripted-platform";
import { MESSAGE, NOTICE, type PollingFixture, startFixture } from "./helpers/polling-fixture";
import { done, page } from "./helpers/rows";

/** Stops as soon as results are delivered, before anything is sent about them. */
async function stoppedOnDelivery(delegations: object) {
  let stopping: Promise<void> | undefined;
  const made: PollingFixture = await startFixture({
    delegations: { announce: true, notify: true, ...delegations },
    onEvent: ({ type }) => {
      if (type === "delegations.delivered") stopping ??= made.heartbeat.stop();
    },
  });
  return { ...made, stopping: () => stopping };
}

describe("a stop during a delivery", () => {
  it("sends no wake-up message", async () => {
    const { begin, next, messages, stopping } = await stoppedOnDelivery({ notify: false });
    await begin();
    await next(done("d-1"));
    await stopping();
    expect(messages()).toEqual([]);
  });

  it("resolves after the last write", async () => {
    const { platform, begin, next, pass, stopping, folder } = await stoppedOnDelivery({ notify: false });
    platform.on(MESSAGE, () => ({ status: 202, body: { queued: true }, afterMs: 5000 }));
    await begin();
    await next(done("d-1"));
    await stopping();
    const before = await readFile(join(folder, ".delegations.json"), "utf8");
    await pass(10_000);
    expect(await readFile(join(folder, ".delegations.json"), "utf8")).toBe(before);
  });

  it("does not wait for a notice that hangs", async () => {
    const { platform, begin, next, pass, stopping } = await stoppedOnDelivery({ announce: false });
    platform.on(NOTICE, () => "hang");
    await begin();
    await next(done("d-1"));
    let over = false;
    void stopping()?.then(() => {
      over = true;
    });
    await pass(0);
    expect(over).toBe(true);
  });

  it("aborts a wake-up message that is about to be sent", async () => {
    const made: PollingFixture = await startFixture({ delegations: { announce: true, notify: true } });
    const { platform, heartbeat, begin, next, pass, messages } = made;
    let stopping: Promise<void> | undefined;
    platform.on(NOTICE, () => {
      stopping ??= heartbeat.stop();
      return { status: 200, body: {} };
    });
    await begin();
    await next(done("d-1"));
    await stopping;
    await pass(0);
    expect(messages()).toEqual([]);
  });
});

describe("a stop while a notice hangs", () => {
  it("lets later results be shown after the next start", async () => {
    const { platform, heartbeat, begin, next, notices } = await startFixture({
      delegations: { notify: true },
    });
    platform.on(NOTICE, inOrder("hang", OK));
    await begin();
    await next(done("d-1"));
    await heartbeat.stop();
    await begin();
    await next(done("d-2"));
    expect(notices()).toEqual([expect.stringContaining("d-1"), expect.stringContaining("d-2")]);
  });

  it("keeps the notices that were pending behind it", async () => {
    const { platform, heartbeat, begin, next, notices } = await startFixture({
      delegations: { notify: true },
    });
    platform.on(NOTICE, inOrder("hang", OK));
    await begin();
    await next(...page(1, 3));
    await heartbeat.stop();
    await begin();
    await next(...page(1, 3));
    expect(notices().slice(1)).toEqual([expect.stringContaining("d-2"), expect.stringContaining("d-3")]);
  });
});
