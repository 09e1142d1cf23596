import { describe, expect, it } from "vitest";
import { createWorkspaces } from "../../src/identity/workspaces";
import { createDirectory } from "../../src/peers/directory";
import { systemClock } from "../../src/runtime/clock";
import { numberedId, OTHER_PEER, OWN, PEER, SECOND } from "../helpers/ids";

const { all } = createWorkspaces(
  [
    { id: OWN, sources: [] },
    { id: SECOND, sources: [] },
  ],
  systemClock,
  () => {},
);
const [own, second] = all as [(typeof all)[0], (typeof all)[0]];

describe("the directory", () => {
  it("keeps the last name, and ignores blank ones", () => {
    const directory = createDirectory();
    directory.setName(PEER, "Lead");
    directory.setName(PEER, "  ");
    directory.setName(PEER, 7);
    directory.setName(PEER, undefined);
    expect(directory.getName(PEER)).toBe("Lead");
    directory.setName(PEER, "Chief");
    expect(directory.getName(PEER)).toBe("Chief");
    expect(directory.getName(OTHER_PEER)).toBeUndefined();
  });

  it("labels a peer with its name and its id", () => {
    const directory = createDirectory();
    expect(directory.label(PEER)).toBe(`peer ${PEER}`);
    directory.setName(PEER, "Lead");
    expect(directory.label(PEER)).toBe(`peer "Lead" (${PEER})`);
  });

  it("keeps the last route of each peer", () => {
    const directory = createDirectory();
    directory.setRoute(PEER, own);
    directory.setRoute(PEER, second);
    directory.setRoute(OTHER_PEER, own);
    expect(directory.getRoute(PEER)).toBe(second);
    expect(directory.getRoute(OTHER_PEER)).toBe(own);
  });

  it("deletes a route only for the workspace it leads over", () => {
    const directory = createDirectory();
    directory.setRoute(PEER, second);
    directory.deleteRoute(PEER, own);
    expect(directory.getRoute(PEER)).toBe(second);
    directory.deleteRoute(PEER, second);
    expect(directory.getRoute(PEER)).toBeUndefined();
  });

  it("evicts the least recently used peers", () => {
    const directory = createDirectory();
    for (let index = 0; index < 20_000; index += 1) directory.setName(numberedId(index), `peer ${index}`);
    expect(directory.getName(numberedId(0))).toBeUndefined();
    expect(directory.getName(numberedId(19_999))).toBe("peer 19999");
  });
});
