import { expect, it } from "vitest";
import { DISCOVER, world } from "./world";

const REFUSED = { status: 401, body: { error: "invalid workspace auth token" } };

it("lets a workspace rest whose token is refused again and again, and tells it 1, 2, 3, 10 times", async () => {
  const { enricher, platform, asked, events, peer, clock } = await world();
  const lead = peer({ name: "Lead" });
  platform.fail(DISCOVER, REFUSED);
  for (let push = 0; push < 100; push += 1) {
    expect(enricher.get(lead.id)).toBeNull();
    await enricher.settled();
  }
  expect(asked()).toHaveLength(3);
  expect(events.filter(({ type }) => type === "enricher.failed")).toHaveLength(3);

  platform.fail(DISCOVER, REFUSED, { times: 0 });
  await clock.advance(5000);
  enricher.get(lead.id);
  await enricher.settled();
  expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
});

it("asks again at once after a single refusal, which says nothing of the peer", async () => {
  const { enricher, platform, peer } = await world();
  const lead = peer({ name: "Lead" });
  platform.fail(DISCOVER, REFUSED, { times: 1 });
  enricher.get(lead.id);
  await enricher.settled();
  enricher.get(lead.id);
  await enricher.settled();
  expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
});
