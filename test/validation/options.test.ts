import { describe, expect, it } from "vitest";
import { checkCallOptions, checkDeliveryMode, checkMilliseconds } from "../../src/validation/options";
import { thrownBy } from "../helpers/failure";

const reject = (message: string) => new RangeError(message);

describe("a number of milliseconds", () => {
  it.each([1, 0.5, 1e9, 2 ** 31 - 1])("may be %s", (value) => {
    expect(checkMilliseconds(value, "waitMs", reject)).toBe(value);
  });

  it("may be 0 where that is the least", () => {
    expect(checkMilliseconds(0, "waitMs", reject, 0)).toBe(0);
    expect(() => checkMilliseconds(-1, "waitMs", reject, 0)).toThrow("of at least 0");
  });

  it("is refused by its name, its bounds and its value, as the caller likes", () => {
    expect(() => checkMilliseconds(2 ** 31, "waitMs", reject)).toThrow(
      new RangeError(
        "Expected `waitMs` to be a number of milliseconds above 0 and at most 2147483647, got 2147483648.",
      ),
    );
  });
});

describe("a delivery mode", () => {
  it("is one of two words", () => {
    expect(checkDeliveryMode("at-most-once", reject)).toBe("at-most-once");
    expect(checkDeliveryMode("at-least-once", reject)).toBe("at-least-once");
    expect(() => checkDeliveryMode("once", reject)).toThrow("`delivery`");
  });
});

describe("the options of a call", () => {
  it("may be left out", () => {
    expect(checkCallOptions(undefined)).toEqual({});
  });

  it("take a signal of another realm", () => {
    const signal = { aborted: false, addEventListener: () => {}, removeEventListener: () => {} };
    expect(checkCallOptions({ signal: signal as never })).toEqual({ signal });
  });

  it("are returned as they were given", () => {
    const options = { timeoutMs: 5, source: "anything: it is checked where workspaces are known" };
    expect(checkCallOptions(options)).toBe(options);
  });

  it.each([{ timeoutMs: 0 }, { signal: { aborted: false } }, null, 7])("are refused: %j", async (given) => {
    const error = await thrownBy(() => checkCallOptions(given as never));
    expect(error).toMatchObject({ code: "invalid_argument" });
  });
});
