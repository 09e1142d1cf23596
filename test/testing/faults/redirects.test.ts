import { expect, it } from "vitest";
import { type FaultKind, startPlatform } from "../../../src/testing/index";
import { call } from "../helpers/exchange";

const PATH = "/workspaces/11111111-1111-4111-8111-111111111111/a2a";

it.each<[FaultKind, number]>([
  ["redirect-301", 301],
  ["redirect-302", 302],
  ["redirect-307", 307],
  ["redirect-308", 308],
])("%s leads to a second origin, which records what follows it", async (kind, status) => {
  await using platform = await startPlatform();
  platform.fail("*", { kind });
  const answer = await call(platform.url + PATH, { method: "POST", body: "{}" });
  const location = String(answer.headers.location);
  expect(answer.status).toBe(status);
  expect(location).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  expect(location).not.toContain(platform.url);
  expect(platform.followedRedirects).toEqual([]);
  await call(location, { method: "POST", body: { leaked: true } });
  expect(platform.followedRedirects).toMatchObject([{ method: "POST", path: "/", body: { leaked: true } }]);
  expect(platform.requests).toHaveLength(1);
});

it.each<[FaultKind, string | undefined]>([
  ["redirect-same-origin", "/health"],
  ["redirect-loop", PATH],
  ["redirect-metadata", "http://169.254.169.254/latest/meta-data/"],
  ["redirect-file", "file:///etc/passwd"],
  ["redirect-no-location", undefined],
])("%s leads to %s", async (kind, location) => {
  await using platform = await startPlatform();
  platform.fail("*", { kind });
  const answer = await call(platform.url + PATH, { method: "POST", body: "{}" });
  expect(answer.headers.location).toBe(location);
});
