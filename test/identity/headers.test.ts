import { describe, expect, it } from "vitest";
import { requestHeaders } from "../../src/identity/headers";
import { OWN, PLATFORM } from "../helpers/ids";

describe("the headers of a request", () => {
  it("are these and no others", () => {
    expect(requestHeaders(OWN, "a-token", { orgId: "org", origin: PLATFORM })).toEqual({
      accept: "application/json",
      "accept-encoding": "identity",
      authorization: "Bearer a-token",
      origin: PLATFORM,
      "x-molecule-org-id": "org",
      "x-workspace-id": OWN,
    });
  });

  it("lack the token and the organisation when there are none, and an Origin that is switched off", () => {
    expect(requestHeaders(OWN, undefined, { orgId: undefined, origin: null })).toEqual({
      accept: "application/json",
      "accept-encoding": "identity",
      "x-workspace-id": OWN,
    });
  });
});
