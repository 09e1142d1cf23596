import { describe, expect, it } from "vitest";
import { testClient } from "../helpers/client";
import { failureOf } from "../helpers/failure";
import { OWN, PEER } from "../helpers/ids";
import { type Answer, nockPlatform } from "../helpers/nock-platform";

const platform = nockPlatform();
const ROUTE = "POST /registry/check-access";

describe("checkAccess", () => {
  it.each([true, false])("returns %s as the platform does", async (allowed) => {
    platform.answer(ROUTE, { body: { allowed } });
    expect(await testClient().checkAccess(PEER.toUpperCase())).toBe(allowed);
    expect(platform.sent).toMatchObject([
      { body: { caller_id: OWN, target_id: PEER }, headers: { "content-type": "application/json" } },
    ]);
  });

  it.each([{}, { allowed: "true" }, { allowed: 1 }, { allowed: null }, [], "yes", ""])(
    "rejects the body %j with `bad_response`",
    async (body) => {
      platform.answer(ROUTE, { body: typeof body === "string" ? body : JSON.stringify(body) });
      expect(await failureOf(testClient().checkAccess(PEER))).toMatchObject({
        code: "bad_response",
        attempts: 1,
      });
    },
  );

  it.each<[Answer, string]>([
    [{ status: 400, body: { error: "invalid request body" } }, "bad_request"],
    [{ status: 401, body: "" }, "unauthorized"],
    [{ status: 404, body: "" }, "wrong_tenant"],
    [{ status: 501, body: "" }, "platform_error"],
  ])("rejects after %j", async (answer, code) => {
    platform.answer(ROUTE, answer);
    expect(await failureOf(testClient().checkAccess(PEER))).toMatchObject({ code, delivery: "not-sent" });
  });

  it("retries transient failures, even with at-most-once delivery", async () => {
    platform.answer(
      ROUTE,
      { error: "ECONNRESET" },
      { status: 502, body: "" },
      { status: 500, body: "" },
      { body: { allowed: true } },
    );
    expect(await testClient({ delivery: "at-most-once" }).checkAccess(PEER)).toBe(true);
  });
});
