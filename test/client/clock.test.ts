import { type A2AEvent, createA2AClient } from "a2a-peers";
import { createHeartbeat } from "a2a-peers/heartbeat";
import { type ManualClock, manualClock, startPlatform } from "a2a-peers/testing";
import { expect, it } from "vitest";
import { turns } from "../helpers/held-clock";

/** Lets the time pass in steps of a second. After each, every answer arrives that is on its way. */
async function pass(clock: ManualClock, url: string, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 1000) {
    await clock.advance(1000);
    // One exchange more, behind those of the client, which share its process.
    await (await fetch(`${url}/health`)).arrayBuffer();
    await turns(3);
  }
}

it("lets ten minutes of beats, retries and cached records pass at once", async () => {
  const clock = manualClock();
  await using platform = await startPlatform({ clock });
  const me = platform.addWorkspace({ name: "Me" });
  const peer = platform.addWorkspace({ name: "Peer", reply: ({ text }) => `done: ${text}` });
  const events: A2AEvent[] = [];
  await using client = createA2AClient({
    clock,
    platformUrl: platform.url,
    workspaceId: me.id,
    token: me.token,
    random: () => 0.5,
    retry: { baseDelayMs: 60_000, maxDelayMs: 240_000 },
    onEvent: (event) => events.push(event),
  });
  const heartbeat = createHeartbeat(client, { delegations: false });
  heartbeat.start();
  // With delays of 1, 2 and 4 minutes behind them.
  platform.fail("POST /workspaces/:id/a2a", { status: 503, body: { waking: true } }, { times: 3 });
  const sent = client.sendA2AMessage(peer.id, "report");
  expect(client.enricher.get(peer.id)).toBe(null);
  await pass(clock, platform.url, 5000);
  expect(client.enricher.get(peer.id)).toMatchObject({ name: "Peer" });

  await pass(clock, platform.url, 595_000);

  const { text, attempts, elapsedMs } = await sent;
  expect({ text, attempts }).toEqual({ text: "done: report", attempts: 4 });
  // An answer may take some of the steps.
  expect(Math.floor(elapsedMs / 60_000)).toBe(7);
  const count = (type: A2AEvent["type"]) => events.filter((event) => event.type === type).length;
  expect(count("send.retry")).toBe(3);
  expect(count("heartbeat.failed")).toBe(0);
  // One every 30 s, the first at once; each is up to 3 s early.
  expect(count("heartbeat.sent")).toBeGreaterThanOrEqual(20);
  expect(count("heartbeat.sent")).toBeLessThanOrEqual(24);
  // Fresh for five minutes: looked up again for the first caller after that, who has the old one at once.
  const lookups = () =>
    platform.requests.filter(({ path }) => path.includes("discover") || path.includes("peers"));
  const before = lookups().length;
  expect(client.enricher.get(peer.id)).toMatchObject({ name: "Peer" });
  await pass(clock, platform.url, 1000);
  expect(lookups().length).toBe(before + 1);
  await heartbeat.stop();
});
