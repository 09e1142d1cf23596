import { describe, expect, it } from "vitest";
import { createWorkspaces } from "../../src/identity/workspaces";
import { createDirectory } from "../../src/peers/directory";
import { systemClock } from "../../src/runtime/clock";
import { OTHER_PEER, OWN, PEER, SECOND } from "../helpers/ids";

const { all } = createWorkspaces(
  [
    { id: OWN, sources: [] },
    { id: SECOND, sources: [] },
  ],
  systemClock,
  () => {},
);
const [own, second] = all as [(typeof all)[0], (typeof all)[0]];

describe("the directory of peers", () => {
  it("keeps the name it heard last, and no blank one", () => {
    const directory = createDirectory();
    directory.learnName(PEER, "Lead");
    directory.learnName(PEER, "  ");
    directory.learnName(PEER, 7);
    directory.learnName(PEER, undefined);
    expect(directory.nameOf(PEER)).toBe("Lead");
    directory.learnName(PEER, "Chief");
    expect(directory.nameOf(PEER)).toBe("Chief");
    expect(directory.nameOf(OTHER_PEER)).toBeUndefined();
  });

  it("labels a peer by its name and its id", () => {
    const directory = createDirectory();
    expect(directory.label(PEER)).toBe(`peer ${PEER}`);
    directory.learnName(PEER, "Lead");
    expect(directory.label(PEER)).toBe(`peer "Lead" (${PEER})`);
  });

  it("keeps the last route of each peer", () => {
    const directory = createDirectory();
    directory.learnRoute(PEER, own);
    directory.learnRoute(PEER, second);
    directory.learnRoute(OTHER_PEER, own);
    expect(directory.routeTo(PEER)).toBe(second);
    expect(directory.routeTo(OTHER_PEER)).toBe(own);
  });

  it("drops a route only for the workspace it leads over", () => {
    const directory = createDirectory();
    directory.learnRoute(PEER, second);
    directory.dropRoute(PEER, own);
    expect(directory.routeTo(PEER)).toBe(second);
    directory.dropRoute(PEER, second);
    expect(directory.routeTo(PEER)).toBeUndefined();
  });

  it("forgets the peers it met first when it has met very many", () => {
    const directory = createDirectory();
    const id = (index: number) => `${index.toString(16).padStart(8, "0")}-0000-4000-8000-000000000000`;
    for (let index = 0; index < 20_000; index += 1) directory.learnName(id(index), `peer ${index}`);
    expect(directory.nameOf(id(0))).toBeUndefined();
    expect(directory.nameOf(id(19_999))).toBe("peer 19999");
  });
});
