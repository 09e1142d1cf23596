import { expect, it } from "vitest";
import { failureOf } from "../helpers/failure";
import { world } from "./helpers/world";

const ROUTE = "POST /workspaces/:id/delegate";

it.each([
  ["after a reset", { kind: "reset" }],
  ["after a page in front of the platform", { status: 200, body: "<html>" }],
] as const)("says %s that a repeat under the same key may run again, and names the key", async (_, fault) => {
  const { client, platform, peer } = await world();
  platform.fail(ROUTE, fault);
  const { message } = await failureOf(client.delegate(peer.id, "sort", { idempotencyKey: "the-key" }));
  expect.soft(message).toMatch(/not stored yet may run again/);
  expect.soft(message).not.toMatch(/runs once/);
  expect.soft(message).toContain("the-key");
});

it("the page of a proxy does not confirm a delegation", async () => {
  const { client, platform, peer } = await world();
  platform.fail(ROUTE, { kind: "html" });
  expect(await failureOf(client.delegate(peer.id, "sort"))).toMatchObject({ delivery: "maybe" });
});
