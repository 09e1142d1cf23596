import { describe, expect, it } from "vitest";
import { createWorkspaces } from "../../src/identity/workspaces";
import { systemClock } from "../../src/runtime/clock";
import { thrownBy } from "../helpers/failure";
import { OTHER_PEER, OWN, PEER, SECOND, STRANGER } from "../helpers/ids";

const configured = (...ids: string[]) =>
  ids.map((id) => ({ id, sources: [() => `token of ${id}`.replaceAll(" ", "-")] }));

describe("the workspaces of a process", () => {
  it("have the first one as their default", () => {
    const workspaces = createWorkspaces(configured(OWN, SECOND), systemClock, () => {});
    expect(workspaces.default.id).toBe(OWN);
    expect(workspaces.all.map((workspace) => workspace.id)).toEqual([OWN, SECOND]);
    expect(workspaces.byId(SECOND)?.id).toBe(SECOND);
    expect(workspaces.byId(STRANGER)).toBeUndefined();
  });

  it("have each its own token", async () => {
    const workspaces = createWorkspaces(configured(OWN, SECOND), systemClock, () => {});
    expect(await workspaces.named(SECOND)?.tokens.get()).toBe(`token-of-${SECOND}`);
    expect(await workspaces.default.tokens.get()).toBe(`token-of-${OWN}`);
  });

  it("are found by an id in any notation", () => {
    const workspaces = createWorkspaces(configured(OWN, SECOND), systemClock, () => {});
    expect(workspaces.named(` ${SECOND.toUpperCase()} `)?.id).toBe(SECOND);
    expect(workspaces.named(undefined)).toBeUndefined();
  });

  it("reject an unknown id and list the first known ones", async () => {
    const workspaces = createWorkspaces(configured(OWN, SECOND, PEER, OTHER_PEER), systemClock, () => {});
    const error = await thrownBy(() => workspaces.named(STRANGER));
    expect(error).toMatchObject({ code: "invalid_argument" });
    expect(error.message).toContain(`'${STRANGER}'`);
    expect(error.message).toContain(`${OWN}, ${SECOND}, ${PEER} …`);
    expect(error.message.length).toBeLessThanOrEqual(500);
  });

  it("report which token was refreshed", async () => {
    const refreshed: string[] = [];
    const tokens = ["old", "new"];
    const workspaces = createWorkspaces([{ id: OWN, sources: [() => tokens.shift()] }], systemClock, (id) =>
      refreshed.push(id),
    );
    await workspaces.default.tokens.get();
    await workspaces.default.tokens.refresh("old");
    expect(refreshed).toEqual([OWN]);
  });
});
