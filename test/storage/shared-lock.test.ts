import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createLock, LockHeldError } from "../../src/storage/lock";
import { createSharedLock } from "../../src/storage/shared-lock";
import { scratchFolder } from "../helpers/scratch-folder";

const describeHeld = () => "held";

describe("a shared lock", () => {
  it("is held by different roles of a process at once, and by each role once", async () => {
    const path = join(await scratchFolder(), "lock");
    const [a, b, other] = ["a", "b", "a"].map((role) => createSharedLock(path, role, describeHeld));
    expect(await a?.acquire()).toBe(true);
    expect(await a?.acquire()).toBe(false);
    expect(await b?.acquire()).toBe(true);
    await expect(other?.acquire()).rejects.toThrow(LockHeldError);
    a?.release();
    expect(await other?.acquire()).toBe(true);
    b?.release();
    other?.release();
    await expect(readFile(path)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("keeps others out until the last role releases it", async () => {
    const path = join(await scratchFolder(), "lock");
    const [a, b] = ["a", "b"].map((role) => createSharedLock(path, role, describeHeld));
    await Promise.all([a?.acquire(), b?.acquire()]);
    const stranger = createLock(path);
    a?.release();
    await expect(stranger.acquire()).rejects.toThrow(LockHeldError);
    b?.release();
    expect(await stranger.acquire()).toBe(true);
    await expect(a?.acquire()).rejects.toThrow(LockHeldError);
    stranger.release();
  });

  it("tells every role when it was lost meanwhile", async () => {
    const path = join(await scratchFolder(), "lock");
    const [a, b] = ["a", "b"].map((role) => createSharedLock(path, role, describeHeld));
    await Promise.all([a?.acquire(), b?.acquire()]);
    const { rm } = await import("node:fs/promises");
    await rm(path);
    expect(await a?.acquire()).toBe(true);
    expect(await b?.acquire()).toBe(true);
    expect(await b?.acquire()).toBe(false);
    a?.release();
    b?.release();
  });
});
