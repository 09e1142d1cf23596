import { describe, expect, it } from "vitest";
import {
  adoptInboundSecret,
  adoptRegistrationAnswer,
  createInboundFacts,
  rememberSecret,
} from "../../src/identity/inbound";

const workspace = () => ({ inbound: createInboundFacts(), secrets: new Set<string>() });

describe("what the platform's answers say of its calls to the agent", () => {
  it.each([
    ["a secret", { platform_inbound_secret: "s" }, { secret: "s", isSigned: true }],
    ["a delivery mode without a secret", { delivery_mode: "push" }, { secret: undefined, isSigned: true }],
    ["neither", { status: "registered" }, { secret: undefined, isSigned: false }],
    [
      "a secret that no header holds",
      { platform_inbound_secret: "a b" },
      { secret: undefined, isSigned: false },
    ],
    ["nothing", null, { secret: undefined, isSigned: undefined }],
  ])("is read from a registration with %s", (_, answer, facts) => {
    const own = workspace();
    adoptRegistrationAnswer(own, answer);
    expect(own.inbound).toEqual(facts);
    expect([...own.secrets]).toEqual(facts.secret === undefined ? [] : [facts.secret]);
  });

  it("is not changed by a beat without a secret", () => {
    const own = workspace();
    adoptInboundSecret(own, { platform_inbound_secret: "s" });
    expect(adoptInboundSecret(own, { status: "ok" })).toBeUndefined();
    expect(own.inbound).toEqual({ secret: "s", isSigned: true });
  });

  it("keeps the newest 16 secrets out of errors", () => {
    const own = workspace();
    for (let count = 0; count < 20; count += 1) rememberSecret(own, `secret-${count}`);
    expect([...own.secrets].length).toBe(16);
    expect(own.secrets.has("secret-19")).toBe(true);
    expect(own.secrets.has("secret-3")).toBe(false);
  });
});
