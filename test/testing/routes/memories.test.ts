import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startPlatform, type TestPlatform, type TestWorkspace } from "../../../src/testing/index";
import { asCaller, call } from "../helpers/exchange";

let platform: TestPlatform;
let me: TestWorkspace;
beforeEach(async () => {
  platform = await startPlatform();
  me = platform.addWorkspace();
});
afterEach(() => platform.close());

const memories = (method: string, workspace: TestWorkspace, rest = "", body?: unknown) =>
  call(`${platform.url}/workspaces/${workspace.id}/memories${rest}`, {
    method,
    headers: asCaller(workspace),
    body,
  });

const contents = async (rest: string) =>
  ((await memories("GET", me, rest)).json as { content: string }[]).map(({ content }) => content);

describe("memories", () => {
  beforeEach(async () => {
    for (const content of ["The cat sat", "the dog ran", "a cat ran"]) {
      await memories("POST", me, "", { content, scope: "LOCAL", namespace: content.slice(0, 3) });
    }
  });

  it("are listed newest first, by words, namespace and limit", async () => {
    expect(await contents("")).toEqual(["a cat ran", "the dog ran", "The cat sat"]);
    expect(await contents("?q=CAT")).toEqual(["a cat ran", "The cat sat"]);
    expect(await contents("?q=ran+cat")).toEqual(["a cat ran"]);
    expect(await contents("?namespace=the")).toEqual(["the dog ran"]);
    expect(await contents("?limit=1")).toEqual(["a cat ran"]);
    expect(await contents("?scope=TEAM")).toEqual([]);
  });

  it("are at most 50 in one answer", async () => {
    for (let index = 0; index < 50; index += 1) {
      await memories("POST", me, "", { content: `m${index}`, scope: "TEAM" });
    }
    expect(await contents("?limit=1000")).toHaveLength(50);
  });

  it("outlast a restart, and not the loss of the database", async () => {
    await platform.restart();
    expect(await contents("")).toHaveLength(3);
    await platform.restart({ keepDatabase: false });
    me = platform.addWorkspace({ id: me.id });
    expect(await contents("")).toEqual([]);
  });
});
