import fs from "node:fs";
import http from "node:http";
import os from "node:os";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { builtin, isNode } from "../../src/runtime/builtins";
import { getMachine } from "../../src/runtime/machine";

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Replaces `process`, as other runtimes do. */
const runOn = (process: unknown) => vi.stubGlobal("process", process);

describe("on Node", () => {
  it("returns the built-in modules", () => {
    expect(builtin("node:http")).toMatchObject({ request: http.request });
    expect(isNode()).toBe(true);
  });

  it("describes this machine", () => {
    const machine = getMachine();
    expect(machine.env.PATH).toBe(process.env.PATH);
    expect(machine.exists(import.meta.filename)).toBe(true);
    expect(machine.exists(`${import.meta.filename}.none`)).toBe(false);
    expect(machine.join("a", "..", "b")).toBe("b");
    expect(machine.homeDir()).not.toBe("");
  });

  it("takes writable from the file system", () => {
    const machine = getMachine();
    expect(machine.writable(import.meta.dirname)).toBe(true);
    const denied = vi.spyOn(fs, "accessSync").mockImplementation(() => {
      throw new Error("EACCES");
    });
    expect(machine.writable(import.meta.dirname)).toBe(false);
    denied.mockRestore();
  });

  it.each<[string, () => string]>([
    [
      "the system does not know the user",
      () => {
        throw new Error("A system error occurred: uv_os_homedir returned ENOENT");
      },
    ],
    ["its variable is empty", () => ""],
  ])("has no home folder when %s", (_, homedir) => {
    const spy = vi.spyOn(os, "homedir").mockImplementation(homedir);
    onTestFinished(() => spy.mockRestore());
    expect(getMachine().homeDir()).toBeUndefined();
  });
});

describe.each([
  { runtime: "a worker without `process`", process: undefined },
  { runtime: "a worker with a shim for `process`", process: { env: {} } },
  {
    runtime: "an old runtime without `getBuiltinModule`",
    process: { env: {}, versions: { node: "20.0.0" } },
  },
])("in $runtime", ({ process }) => {
  it("has no built-in modules, no files and an empty environment", () => {
    runOn(process);
    const machine = getMachine();
    expect(builtin("node:http")).toBeUndefined();
    expect(machine.env).toEqual({});
    expect([machine.exists("/"), machine.writable("/")]).toEqual([false, false]);
    expect(machine.homeDir()).toBeUndefined();
    expect(machine.join("a", "b")).toBe("a/b");
  });
});

it.each([
  { name: "Node", versions: { node: "20.20.2" }, expected: true },
  { name: "Bun", versions: { node: "22.6.0", bun: "1.4.5" }, expected: false },
  { name: "Deno", versions: { node: "22.6.0", deno: "2.9.6" }, expected: false },
  { name: "a browser", versions: undefined, expected: false },
])("isNode() is $expected on $name", ({ versions, expected }) => {
  runOn({ versions });
  expect(isNode()).toBe(expected);
});

describe("what may not be looked at", () => {
  const forbidden = (): never => {
    throw Object.assign(new Error("Requires access"), { name: "NotCapable", code: "ERR_ACCESS_DENIED" });
  };

  it("is a variable that is not set", () => {
    runOn({ versions: { deno: "2.0.0" }, env: new Proxy({}, { get: forbidden }) });
    const { env } = getMachine();
    expect(env.PLATFORM_URL).toBeUndefined();
    const { WORKSPACE_ID, CONFIGS_DIR = "none" } = env;
    expect([WORKSPACE_ID, CONFIGS_DIR]).toEqual([undefined, "none"]);
  });

  it("is an environment without variables", () => {
    runOn(Object.defineProperty({}, "env", { get: forbidden }));
    expect(getMachine().env.PLATFORM_URL).toBeUndefined();
  });

  it("is a path that does not exist", () => {
    const spy = vi.spyOn(fs, "existsSync").mockImplementation(forbidden);
    onTestFinished(() => spy.mockRestore());
    expect(getMachine().exists("/.dockerenv")).toBe(false);
  });

  it("is a module that is not there", () => {
    runOn({ env: {}, versions: { node: "22.0.0" }, getBuiltinModule: forbidden });
    expect(builtin("node:fs")).toBeUndefined();
    expect(getMachine().writable("/configs")).toBe(false);
  });
});

describe("a runtime that only imitates Node", () => {
  it.each([
    { runtime: "a worker, by its user agent", globals: { navigator: { userAgent: "Cloudflare-Workers" } } },
    { runtime: "a worker, by its classes", globals: { WebSocketPair: class {} } },
    { runtime: "one for the edge", globals: { EdgeRuntime: "edge-runtime" } },
    { runtime: "Bun", globals: { process: { versions: { node: "22.0.0", bun: "1.2.0" } } } },
    { runtime: "Deno", globals: { process: { versions: { node: "22.0.0", deno: "2.0.0" } } } },
  ])("is not Node: $runtime", ({ globals }) => {
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
    expect(isNode()).toBe(false);
  });
});
