import { expect, it, vi } from "vitest";
import { ignoreEvents } from "../../src/events/hook";
import { systemClock } from "../../src/runtime/clock";
import { createPlatformRegistry } from "../../src/transport/shared-by-platform";

it("stops what clients share when the last of them leaves, also where none has a hook", () => {
  const stop = vi.fn();
  const registry = createPlatformRegistry<object>(stop);
  const member = { clock: systemClock, platformUrl: "http://platform.test", emit: ignoreEvents };
  const first = registry.join(member, () => ({}));
  const second = registry.join(member, () => ({}));
  expect(second.value).toBe(first.value);

  first.leave();
  first.leave();
  expect(stop).not.toHaveBeenCalled();
  expect(registry.join(member, () => ({})).value).toBe(first.value);

  second.leave();
  expect(stop).not.toHaveBeenCalled();
});
