import { describe, expect, it } from "vitest";
import { findBlockedRange } from "../../../src/testing/rules/address-ranges";

const STRICT = { deployMode: "self-hosted", allowLoopback: false } as const;
const SAAS = { deployMode: "saas", allowLoopback: false } as const;
const WITH_LOOPBACK = { deployMode: "self-hosted", allowLoopback: true } as const;

/** The uses for which an address is blocked. */
function blockedAt(address: string, rules: typeof STRICT | typeof SAAS | typeof WITH_LOOPBACK): string {
  const uses = (["register", "dispatch"] as const).filter((use) => findBlockedRange(address, use, rules));
  return uses.join(" ");
}

const BOTH = "register dispatch";

describe("an address is blocked", () => {
  it.each([
    ["169.254.0.1", BOTH, BOTH, BOTH],
    ["127.255.255.255", BOTH, BOTH, ""],
    ["::1", BOTH, BOTH, ""],
    ["febf::1", BOTH, BOTH, BOTH],
    ["192.0.2.255", BOTH, BOTH, BOTH],
    ["198.51.100.1", BOTH, BOTH, BOTH],
    ["203.0.113.1", BOTH, BOTH, BOTH],
    ["100.64.0.0", BOTH, BOTH, BOTH],
    ["224.0.0.255", BOTH, BOTH, BOTH],
    ["224.0.1.0", "register", "register", "register"],
    ["239.255.255.255", "register", "register", "register"],
    ["2001:db8::1", "register", "register", "register"],
    ["fcff::1", BOTH, BOTH, BOTH],
    ["fd00::1", BOTH, "", BOTH],
    ["10.255.255.255", BOTH, "", BOTH],
    ["172.16.0.0", BOTH, "", BOTH],
    ["192.168.0.1", BOTH, "", BOTH],
    ["0.0.0.0", "dispatch", "dispatch", "dispatch"],
    ["::", "dispatch", "dispatch", "dispatch"],
    ["ff01::1", "dispatch", "dispatch", "dispatch"],
    ["ff02::1", "dispatch", "dispatch", "dispatch"],
    ["0.0.0.1", "", "", ""],
    ["ff05::1", "", "", ""],
    ["240.0.0.1", "", "", ""],
    ["172.32.0.0", "", "", ""],
    ["::ffff:10.0.0.1", BOTH, "", BOTH],
    ["::ffff:169.254.169.254", BOTH, BOTH, BOTH],
  ])("%s self-hosted %j, hosted %j, with loopback %j", (address, selfHosted, hosted, withLoopback) => {
    expect(blockedAt(address, STRICT)).toBe(selfHosted);
    expect(blockedAt(address, SAAS)).toBe(hosted);
    expect(blockedAt(address, WITH_LOOPBACK)).toBe(withLoopback);
  });
});

it("has the label of its range", () => {
  const labelOf = (address: string) => findBlockedRange(address, "register", STRICT)?.label;
  expect(labelOf("224.0.0.1")).toBe("IPv4 multicast address");
  expect(labelOf("239.0.0.1")).toBe("IPv4 multicast address");
  expect(labelOf("0.0.0.0")).toBeUndefined();
});
