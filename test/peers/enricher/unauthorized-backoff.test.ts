import { expect, it } from "vitest";
import { DISCOVER, setUp } from "./setup";

const REFUSED = { status: 401, body: { error: "invalid workspace auth token" } };

it("makes no requests for 5 s after three refusals in a row, each of which is reported", async () => {
  const { enricher, platform, requestPaths, events, addPeer, clock } = await setUp();
  const lead = addPeer({ name: "Lead" });
  platform.fail(DISCOVER, REFUSED);
  for (let call = 0; call < 100; call += 1) {
    expect(enricher.get(lead.id)).toBeNull();
    await enricher.settled();
  }
  expect(requestPaths()).toHaveLength(3);
  expect(events.filter(({ type }) => type === "enricher.failed")).toHaveLength(3);

  platform.fail(DISCOVER, REFUSED, { times: 0 });
  await clock.advance(5000);
  enricher.get(lead.id);
  await enricher.settled();
  expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
});

it("requests again at once after a single refusal", async () => {
  const { enricher, platform, addPeer } = await setUp();
  const lead = addPeer({ name: "Lead" });
  platform.fail(DISCOVER, REFUSED, { times: 1 });
  enricher.get(lead.id);
  await enricher.settled();
  enricher.get(lead.id);
  await enricher.settled();
  expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
});
