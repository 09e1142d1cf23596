import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createHeartbeat, type HeartbeatOptions } from "a2a-peers/heartbeat";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createFixture, INTERVAL, SECOND } from "../heartbeat/helpers/fixture";
import { testClient } from "../helpers/client";
import { failureOf } from "../helpers/failure";
import { SECOND as OTHER, OWN, SECOND_TOKEN, TOKEN } from "../helpers/ids";
import { scratchFolder } from "../helpers/scratch-folder";
import { LIST, type Setting, startFixture } from "./helpers/polling-fixture";
import { done, page } from "./helpers/rows";

describe("the options of delegations", () => {
  it.each<[string, unknown]>([
    ["cooldownMs", 0],
    ["cooldownMs", -1],
    ["cooldownMs", Number.NaN],
    ["cooldownMs", Number.POSITIVE_INFINITY],
    ["cooldownMs", "60000"],
    ["cooldownMs", {}],
    ["cooldownMs", 2 ** 31],
    ["resultsFile", ""],
    ["resultsFile", "  "],
    ["resultsFile", 7],
    ["resultsFile", false],
    ["announce", "yes"],
    ["announce", 0],
    ["summaries", 1],
    ["summaries", "false"],
    ["notify", {}],
    ["notify", "no"],
    ["replayOld", 1],
    ["replayOld", []],
  ])("are rejected when %s is %j", (name, value) => {
    const create = () =>
      createHeartbeat(testClient(), { delegations: { [name]: value } } as HeartbeatOptions);
    expect(create).toThrowError(
      expect.objectContaining({
        code: "invalid_argument",
        message: expect.stringContaining(`\`delegations.${name}\``),
      }),
    );
  });

  it.each([true, 0, 7, "on", "", [], () => {}])("are rejected when they are %j", (delegations) => {
    expect(() => createHeartbeat(testClient(), { delegations } as never)).toThrowError(
      expect.objectContaining({
        code: "invalid_argument",
        message: expect.stringContaining("`delegations`"),
      }),
    );
  });

  it("are not quoted in the error when they are an object", () => {
    const delegations = { resultsFile: { token: "secret-of-somebody" } };
    expect(() => createHeartbeat(testClient(), { delegations } as never)).toThrowError(
      expect.objectContaining({ message: expect.not.stringContaining("secret-of-somebody") }),
    );
  });

  it("may all be undefined", async () => {
    const { begin, next, waiting, messages, notices } = await startFixture({
      delegations: {
        resultsFile: undefined,
        announce: undefined,
        summaries: undefined,
        cooldownMs: undefined,
        notify: undefined,
        replayOld: undefined,
      },
      rows: [done("d-1")],
    });
    await begin();
    await next(done("d-2"), done("d-1"));
    expect(await waiting()).toEqual(["d-2"]);
    expect(messages()).toHaveLength(1);
    expect(JSON.stringify(messages())).not.toContain("summary of");
    expect(notices()).toHaveLength(1);
  });

  it("default to all features", async () => {
    const folder = await scratchFolder();
    const { heartbeat, clock, platform } = createFixture({ stateDir: folder, delegations: undefined });
    platform.on(LIST, () => ({ status: 200, body: [] }));
    heartbeat.start();
    await clock.advance(0);
    expect(platform.sent.map(({ route }) => route)).toContain(LIST);
    await heartbeat.stop();
  });
});

describe("delegations: false", () => {
  it("sends no request and writes no file", async () => {
    const folder = await scratchFolder();
    const { heartbeat, clock, platform } = createFixture({ stateDir: folder, delegations: false });
    heartbeat.start();
    await clock.advance(SECOND + 3 * INTERVAL);
    await heartbeat.stop();
    expect(new Set(platform.sent.map(({ route }) => route))).toEqual(new Set(["POST /registry/heartbeat"]));
    expect(await readdir(folder)).toEqual([]);
  });

  it("leaves the file to be read and acknowledged", async () => {
    const first = await startFixture({ rows: page(1, 2), delegations: { replayOld: true } });
    await first.begin();
    await first.heartbeat.stop();
    const { heartbeat } = createFixture({ stateDir: first.folder, delegations: false });
    expect(await heartbeat.results.read()).toMatchObject([
      { delegation_id: "d-1" },
      { delegation_id: "d-2" },
    ]);
    await heartbeat.results.acknowledge(["d-1"]);
    expect(await heartbeat.results.read()).toMatchObject([{ delegation_id: "d-2" }]);
  });
});

describe("the results file", () => {
  afterEach(() => void vi.unstubAllEnvs());
  const all: Setting = { rows: [done("d-1")], delegations: { replayOld: true } };
  const two = {
    workspaceId: undefined,
    token: undefined,
    workspaces: [
      { id: OWN, token: TOKEN },
      { id: OTHER, token: SECOND_TOKEN },
    ],
  };
  const named = async () => {
    const path = join(await scratchFolder(), "named.jsonl");
    vi.stubEnv("DELEGATION_RESULTS_FILE", path);
    return path;
  };
  const isThere = (path: string) =>
    readdir(join(path, "..")).then((names) => names.includes(path.split("/").at(-1) ?? ""));

  it("is in the state folder", async () => {
    const { begin, folder } = await startFixture(all);
    await begin();
    expect(await isThere(join(folder, "delegation_results.jsonl"))).toBe(true);
  });

  it("is the one that DELEGATION_RESULTS_FILE names", async () => {
    const path = await named();
    const { begin, folder, waiting } = await startFixture(all);
    await begin();
    expect(await waiting()).toEqual(["d-1"]);
    expect(await isThere(path)).toBe(true);
    expect(await readdir(folder)).not.toContain("delegation_results.jsonl");
  });

  it("is the one in the state folder when DELEGATION_RESULTS_FILE is blank", async () => {
    vi.stubEnv("DELEGATION_RESULTS_FILE", "  ");
    const { begin, folder } = await startFixture(all);
    await begin();
    expect(await readdir(folder)).toContain("delegation_results.jsonl");
  });

  it("of DELEGATION_RESULTS_FILE is used for the default workspace only", async () => {
    const path = await named();
    const { begin, platform, waiting, folder } = await startFixture({ ...all, source: OTHER, client: two });
    platform.on(`GET /workspaces/${OTHER}/delegations`, () => ({
      status: 200,
      body: [done("d-1", { source_id: OTHER })],
    }));
    await begin();
    expect(await waiting()).toEqual(["d-1"]);
    expect(await isThere(path)).toBe(false);
    expect(await readdir(join(folder, OTHER))).toContain("delegation_results.jsonl");
  });

  it("is the one of the option before all others, for any workspace", async () => {
    const fromEnvironment = await named();
    const resultsFile = join(await scratchFolder(), "deep", "chosen.jsonl");
    const { begin, text, next } = await startFixture({
      delegations: { resultsFile, announce: true, replayOld: true },
    });
    await begin();
    await next(done("d-1"));
    expect(await isThere(resultsFile)).toBe(true);
    expect(await isThere(fromEnvironment)).toBe(false);
    expect(text()).toContain(resultsFile);
  });
});

describe("results", () => {
  it("are none before the first poll, and reading them writes nothing", async () => {
    const { heartbeat, folder } = await startFixture();
    expect(await heartbeat.results.read()).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    ["nothing", undefined],
    ["null", null],
    ["one id", "d-1"],
    ["a number", 7],
    ["a set", new Set(["d-1"])],
    ["a list with a number", ["d-1", 7]],
    ["a list with null", [null]],
    ["a list of lists", [["d-1"]]],
  ])("are not acknowledged with %s", async (_, ids) => {
    const { begin, heartbeat, waiting } = await startFixture({
      rows: [done("d-1")],
      delegations: { replayOld: true },
    });
    await begin();
    const error = await failureOf(heartbeat.results.acknowledge(ids as never));
    expect(error).toMatchObject({ code: "invalid_argument", message: expect.stringContaining("`ids`") });
    expect(await waiting()).toEqual(["d-1"]);
  });

  it("are acknowledged with any number of ids, also unknown ones and none", async () => {
    const { begin, heartbeat, waiting } = await startFixture({
      rows: page(1, 4),
      delegations: { replayOld: true },
    });
    await begin();
    await heartbeat.results.acknowledge([]);
    expect(await waiting()).toHaveLength(4);
    await heartbeat.results.acknowledge(["d-3", "nobody", "d-1", "d-3", "__proto__"]);
    expect(await waiting()).toEqual(["d-2", "d-4"]);
    await heartbeat.results.acknowledge(["d-1"]);
    expect(await waiting()).toEqual(["d-2", "d-4"]);
  });

  it("can be read and acknowledged before the start and after the client is closed", async () => {
    const { begin, heartbeat, client, waiting } = await startFixture({
      rows: page(1, 3),
      delegations: { replayOld: true },
    });
    await begin();
    await heartbeat.stop();
    await heartbeat.results.acknowledge(["d-1"]);
    await client.close();
    expect(await waiting()).toEqual(["d-2", "d-3"]);
    await heartbeat.results.acknowledge(["d-2"]);
    expect(await waiting()).toEqual(["d-3"]);
  });
});
