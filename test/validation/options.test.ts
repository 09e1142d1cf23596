import { describe, expect, it } from "vitest";
import { checkCallOptions, checkDeliveryMode, checkMilliseconds } from "../../src/validation/options";
import { thrownBy } from "../helpers/failure";

const reject = (message: string) => new RangeError(message);

describe("checkMilliseconds", () => {
  it.each([1, 0.5, 1e9, 2 ** 31 - 1])("accepts %s", (value) => {
    expect(checkMilliseconds(value, "waitMs", reject)).toBe(value);
  });

  it("accepts 0 when the minimum is 0", () => {
    expect(checkMilliseconds(0, "waitMs", reject, 0)).toBe(0);
    expect(() => checkMilliseconds(-1, "waitMs", reject, 0)).toThrow("of at least 0");
  });

  it("throws the caller's error with the name, the bounds and the value", () => {
    expect(() => checkMilliseconds(2 ** 31, "waitMs", reject)).toThrow(
      new RangeError(
        "Expected `waitMs` to be a number of milliseconds above 0 and at most 2147483647, got 2147483648.",
      ),
    );
  });
});

describe("checkDeliveryMode", () => {
  it("accepts the two modes and nothing else", () => {
    expect(checkDeliveryMode("at-most-once", reject)).toBe("at-most-once");
    expect(checkDeliveryMode("at-least-once", reject)).toBe("at-least-once");
    expect(() => checkDeliveryMode("once", reject)).toThrow("`delivery`");
  });
});

describe("checkCallOptions", () => {
  it("returns no options for undefined", () => {
    expect(checkCallOptions(undefined)).toEqual({});
  });

  it("accepts a signal of another realm", () => {
    const signal = { aborted: false, addEventListener: () => {}, removeEventListener: () => {} };
    expect(checkCallOptions({ signal: signal as never })).toEqual({ signal });
  });

  it("returns the options themselves", () => {
    const options = { timeoutMs: 5, source: "not checked here" };
    expect(checkCallOptions(options)).toBe(options);
  });

  it.each([{ timeoutMs: 0 }, { signal: { aborted: false } }, null, 7])("rejects %j", async (options) => {
    const error = await thrownBy(() => checkCallOptions(options as never));
    expect(error).toMatchObject({ code: "invalid_argument" });
  });
});
