import { describe, expect, it } from "vitest";
import { numberedId } from "../../helpers/ids";
import { FAILURE_TTL_MS } from "./limits";
import { DISCOVER, discoveryPath, LIST, listPath, setUp } from "./setup";

const NO_URL = { status: 503, body: { error: "workspace not available", status: "online" } };

describe("a single unknown peer without a URL", () => {
  it("gets its record from the peer list", async () => {
    const { enricher, events, platform, requestPaths, me, addPeer, load } = await setUp();
    const poller = addPeer({ name: "Poller" });
    platform.fail(DISCOVER, NO_URL);
    await load(poller);
    expect(enricher.get(poller.id)).toMatchObject({ name: "Poller" });
    expect(requestPaths()).toEqual([discoveryPath(poller), listPath(me)]);
    expect(events).toEqual([]);
  });

  it("is fetched so, too", async () => {
    const { enricher, platform, addPeer } = await setUp();
    const poller = addPeer({ name: "Poller" });
    platform.fail(DISCOVER, NO_URL);
    expect(await enricher.fetch(poller.id)).toMatchObject({ name: "Poller" });
  });

  it("is remembered as a failure of the platform when the list does not contain it", async () => {
    const { enricher, platform, clock, requestPaths, addPeer, load } = await setUp();
    platform.fail(DISCOVER, NO_URL);
    await load({ id: numberedId(1) });
    expect(requestPaths()).toHaveLength(2);
    await clock.advance(FAILURE_TTL_MS - 1);
    await load({ id: numberedId(1) });
    expect(requestPaths()).toHaveLength(2);
    const poller = addPeer({ name: "Poller" });
    await clock.advance(1);
    await load(poller);
    expect(enricher.get(poller.id)).toMatchObject({ name: "Poller" });
  });

  it.each([
    { what: "is refused", fault: { status: 404, body: { error: "workspace not found" } } },
    { what: "fails", fault: { status: 500 } },
  ])("is given up when the list $what", async ({ fault }) => {
    const { enricher, platform, requestPaths, addPeer, load } = await setUp();
    const poller = addPeer({ name: "Poller" });
    platform.fail(DISCOVER, NO_URL);
    platform.fail(LIST, fault);
    await load(poller);
    expect(enricher.get(poller.id)).toBeNull();
    expect(requestPaths()).toHaveLength(2);
  });
});
