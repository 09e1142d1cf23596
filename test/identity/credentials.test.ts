import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TokenSource } from "a2a-peers";
import { describe, expect, it, onTestFinished } from "vitest";
import { resolveWorkspaces } from "../../src/identity/credentials";
import { configurationFolder } from "../../src/storage/state-folder";
import { thrownBy } from "../helpers/failure";
import { OWN, SECOND, SECOND_TOKEN, STRANGER, TOKEN } from "../helpers/ids";
import { type FakeMachine, fakeMachine } from "../helpers/machine";

type Options = Parameters<typeof resolveWorkspaces>[0];

/** The ids and tokens that the options and the environment resolve to. */
async function resolved(options: Options, machine: FakeMachine = {}) {
  const workspaces = resolveWorkspaces(options, fakeMachine(machine));
  return Promise.all(workspaces.map(async ({ id, sources }) => [id, (await tokensOf(sources))[0]]));
}

async function tokensOf(sources: readonly TokenSource[]) {
  const tokens = await Promise.all(sources.map((source) => source()));
  return tokens.filter((token) => token !== undefined);
}

async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "configs-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

const LISTED = JSON.stringify([
  { id: OWN, token: TOKEN },
  { id: SECOND, token: SECOND_TOKEN },
]);

describe("the default workspace", () => {
  it("is the option, else the one of the environment, normalised", async () => {
    const env = { WORKSPACE_ID: ` ${SECOND.toUpperCase()}\n` };
    expect(await resolved({ workspaceId: OWN.toUpperCase(), token: TOKEN }, { env })).toEqual([[OWN, TOKEN]]);
    expect(await resolved({ token: TOKEN }, { env })).toEqual([[SECOND, TOKEN]]);
  });

  it.each([undefined, "", "  "])(
    "that is missing is an error which names the option and the variable (environment %j)",
    async (WORKSPACE_ID) => {
      const error = await thrownBy(() => resolveWorkspaces({}, fakeMachine({ env: { WORKSPACE_ID } })));
      expect(error).toMatchObject({ code: "configuration" });
      expect(error.message).toContain("`workspaceId`");
      expect(error.message).toContain("WORKSPACE_ID environment variable is required but not set");
    },
  );

  it.each(["../../etc", `{${OWN}}`, "me", "a".repeat(1024 * 1024)])(
    "that is malformed is rejected: %.20s",
    async (id) => {
      for (const [run, culprit] of [
        [() => resolveWorkspaces({ workspaceId: id }, fakeMachine()), "`workspaceId`"],
        [() => resolveWorkspaces({}, fakeMachine({ env: { WORKSPACE_ID: id } })), "WORKSPACE_ID"],
        [() => resolveWorkspaces({ workspaces: [{ id }] }, fakeMachine()), "entry 0 of `workspaces`"],
      ] as const) {
        const error = await thrownBy(run);
        expect(error).toMatchObject({ code: "configuration" });
        expect(error.message).toContain(culprit);
        expect(error.message.length).toBeLessThanOrEqual(500);
      }
    },
  );

  it.each([7, null, {}, true])("that is not a string is rejected: %j", async (workspaceId) => {
    const error = await thrownBy(() => resolveWorkspaces({ workspaceId } as never, fakeMachine()));
    expect(error).toMatchObject({ code: "configuration" });
  });
});

describe("the token of the default workspace", () => {
  it("comes from the option, the variable, the named file or the stored file, in this order", async () => {
    const folder = await folderWith({ named: "named-token\n", ".auth_token": "stored-token\n" });
    const stored = { WORKSPACE_ID: OWN, CONFIGS_DIR: folder };
    const named = { ...stored, MOLECULE_WORKSPACE_TOKEN_FILE: join(folder, "named") };
    const inline = { ...named, MOLECULE_WORKSPACE_TOKEN: "inline-token\n" };
    expect(await resolved({ token: "option-token" }, { env: inline })).toEqual([[OWN, "option-token"]]);
    expect(await resolved({}, { env: inline })).toEqual([[OWN, "inline-token"]]);
    expect(await resolved({}, { env: { ...inline, MOLECULE_WORKSPACE_TOKEN: " " } })).toEqual([
      [OWN, "named-token"],
    ]);
    expect(await resolved({}, { env: named })).toEqual([[OWN, "named-token"]]);
    expect(await resolved({}, { env: stored })).toEqual([[OWN, "stored-token"]]);
  });

  it("may be in several places of the environment, which become sources in this order", async () => {
    const folder = await folderWith({ named: "named-token\n", ".auth_token": "stored-token\n" });
    const env = {
      WORKSPACE_ID: OWN,
      CONFIGS_DIR: folder,
      MOLECULE_WORKSPACE_TOKEN: "inline-token",
      MOLECULE_WORKSPACE_TOKEN_FILE: join(folder, "named"),
    };
    const [own] = resolveWorkspaces({}, fakeMachine({ env }));
    expect(await tokensOf(own?.sources ?? [])).toEqual(["inline-token", "named-token", "stored-token"]);
    expect(own?.tokenFile).toBe(join(folder, "named"));
  });

  it.each<[string, Options, Record<string, string>]>([
    ["an option", { token: TOKEN }, {}],
    ["null", { token: null }, {}],
    ["an entry of the option `workspaces`", { workspaces: [{ id: OWN, token: TOKEN }] }, {}],
    ["an entry of MOLECULE_WORKSPACES", {}, { MOLECULE_WORKSPACES: LISTED }],
  ])("that is %s has the stored one as its fallback", async (_, options, environment) => {
    const CONFIGS_DIR = await folderWith({ ".auth_token": "stored-token" });
    const env = { WORKSPACE_ID: OWN, CONFIGS_DIR, MOLECULE_WORKSPACE_TOKEN_FILE: "/other", ...environment };
    const [own] = resolveWorkspaces(options, fakeMachine({ env, files: [CONFIGS_DIR] }));
    expect(await own?.fallback?.()).toBe("stored-token");
    expect(await tokensOf(own?.sources ?? [])).not.toContain("stored-token");
    expect(own?.tokenFile).toBeUndefined();
  });

  it("may be provided by a function", async () => {
    expect(await resolved({ workspaceId: OWN, token: async () => "provided-token" })).toEqual([
      [OWN, "provided-token"],
    ]);
  });

  it("may be missing", async () => {
    expect(await resolved({ workspaceId: OWN }, { home: undefined })).toEqual([[OWN, undefined]]);
  });

  it("is absent when it is null, whatever the environment contains", async () => {
    const env = { WORKSPACE_ID: OWN, MOLECULE_WORKSPACE_TOKEN: TOKEN, MOLECULE_WORKSPACES: LISTED };
    expect(await resolved({ workspaceId: OWN, token: null }, { env })).toEqual([
      [OWN, undefined],
      [SECOND, SECOND_TOKEN],
    ]);
    const workspaces = [{ id: OWN, token: null }];
    expect(await resolved({ workspaces }, { env })).toEqual([[OWN, undefined]]);
  });

  it("is not taken from the environment of another workspace", async () => {
    const env = {
      WORKSPACE_ID: SECOND,
      MOLECULE_WORKSPACE_TOKEN: SECOND_TOKEN,
      CONFIGS_DIR: await folderWith({ ".auth_token": SECOND_TOKEN }),
    };
    expect(await resolved({ workspaceId: OWN }, { env })).toEqual([[OWN, undefined]]);
  });

  it.each([
    ["`token`", { workspaceId: OWN, token: "sec\nret" }, {}],
    ["MOLECULE_WORKSPACE_TOKEN", { workspaceId: OWN }, { MOLECULE_WORKSPACE_TOKEN: "sec\nret" }],
    ["the token in entry 0 of `workspaces`", { workspaces: [{ id: OWN, token: "sec\nret" }] }, {}],
    [
      "entry 0 of environment variable MOLECULE_WORKSPACES",
      {},
      { MOLECULE_WORKSPACES: JSON.stringify([{ id: OWN, token: "sec\nret" }]) },
    ],
  ])(
    "that is no valid header value is rejected by the name %s and not shown",
    async (culprit, options, env) => {
      const error = await thrownBy(() => resolveWorkspaces(options, fakeMachine({ env })));
      expect(error).toMatchObject({ code: "configuration" });
      expect(error.message).toContain(culprit);
      expect(error.message).not.toMatch(/sec|\nret/);
      expect(error.message.length).toBeLessThanOrEqual(500);
    },
  );

  it.each(["", " ", 7, {}])("that is %j is rejected", async (token) => {
    const error = await thrownBy(() =>
      resolveWorkspaces({ workspaceId: OWN, token } as never, fakeMachine()),
    );
    expect(error).toMatchObject({ code: "configuration" });
    expect(error.message).toContain("`token`");
  });
});

describe("several workspaces", () => {
  it("are taken from the option, the first one as the default", async () => {
    const workspaces = [
      { id: SECOND, token: SECOND_TOKEN },
      { id: OWN.toUpperCase(), token: () => TOKEN },
    ];
    expect(await resolved({ workspaces })).toEqual([
      [SECOND, SECOND_TOKEN],
      [OWN, TOKEN],
    ]);
  });

  it("are taken from the environment without an option", async () => {
    const env = { MOLECULE_WORKSPACES: LISTED };
    expect(await resolved({}, { env })).toEqual([
      [OWN, TOKEN],
      [SECOND, SECOND_TOKEN],
    ]);
    expect(await resolved({ workspaces: [{ id: STRANGER, token: "t-1" }] }, { env })).toEqual([
      [STRANGER, "t-1"],
    ]);
  });

  it("have the default named by `workspaceId` or WORKSPACE_ID", async () => {
    const env = { MOLECULE_WORKSPACES: LISTED };
    const expected = [
      [SECOND, SECOND_TOKEN],
      [OWN, TOKEN],
    ];
    expect(await resolved({ workspaceId: SECOND }, { env })).toEqual(expected);
    expect(await resolved({}, { env: { ...env, WORKSPACE_ID: SECOND } })).toEqual(expected);
  });

  it("take precedence over the single token of the environment", async () => {
    const env = { MOLECULE_WORKSPACES: LISTED, MOLECULE_WORKSPACE_TOKEN: "single-token" };
    expect((await resolved({}, { env }))[0]).toEqual([OWN, TOKEN]);
  });

  it("of the environment are ignored when the caller names another workspace", async () => {
    const env = { MOLECULE_WORKSPACES: LISTED };
    expect(await resolved({ workspaceId: STRANGER, token: "t-1" }, { env })).toEqual([[STRANGER, "t-1"]]);
  });

  it("require `workspaceId` beside a single token", async () => {
    const options = { token: TOKEN, workspaces: [{ id: OWN }, { id: SECOND }] };
    const error = await thrownBy(() => resolveWorkspaces(options, fakeMachine()));
    expect(error).toMatchObject({ code: "configuration" });
    expect(error.message).toContain("`workspaceId`");
    expect(await resolved({ ...options, workspaceId: SECOND }, { home: undefined })).toEqual([
      [SECOND, TOKEN],
      [OWN, undefined],
    ]);
  });

  it("without a configured token are read from subfolders by id", async () => {
    const folder = await folderWith({ ".auth_token": "first-token" });
    const sources = resolveWorkspaces(
      { workspaces: [{ id: OWN }, { id: SECOND }] },
      fakeMachine({ env: { CONFIGS_DIR: folder } }),
    );
    expect(await tokensOf(sources[0]?.sources ?? [])).toEqual(["first-token"]);
    expect(await tokensOf(sources[1]?.sources ?? [])).toEqual([]);
  });

  it.each<[string, string]>([
    ["malformed JSON", "[{]"],
    ["an object", "{}"],
    ["null", "null"],
    ["a string", '"x"'],
    ["an empty list", "[]"],
    ["an entry that is null", "[null]"],
    ["an entry that is a number", "[7]"],
    ["an entry without an id", '[{"token":"t-1"}]'],
    ["an id that is no UUID", '[{"id":"me","token":"t-1"}]'],
    ["an empty token", `[{"id":"${OWN}","token":""}]`],
    ["a token that is not a string", `[{"id":"${OWN}","token":7}]`],
    ["the same id twice", `[{"id":"${OWN}"},{"id":"${OWN.toUpperCase()}"}]`],
  ])("are rejected when the variable contains %s", async (_, MOLECULE_WORKSPACES) => {
    const error = await thrownBy(() => resolveWorkspaces({}, fakeMachine({ env: { MOLECULE_WORKSPACES } })));
    expect(error).toMatchObject({ code: "configuration" });
    expect(error.message).toContain("MOLECULE_WORKSPACES");
    expect(error.message.length).toBeLessThanOrEqual(500);
  });

  it("are rejected without the value of a malformed variable in the message", async () => {
    const MOLECULE_WORKSPACES = `[{"id":"${OWN}","token":"${TOKEN}"`;
    const error = await thrownBy(() => resolveWorkspaces({}, fakeMachine({ env: { MOLECULE_WORKSPACES } })));
    expect(error.message).not.toContain(TOKEN.slice(0, 6));
  });

  it("are rejected without an entry that is a string, which may contain a token, in the message", async () => {
    const MOLECULE_WORKSPACES = JSON.stringify([`${OWN}:${TOKEN}`]);
    const error = await thrownBy(() => resolveWorkspaces({}, fakeMachine({ env: { MOLECULE_WORKSPACES } })));
    expect(error.message).not.toContain(TOKEN);
  });

  it.each([[[]], [{}], ["x"], [7], [null]])("are rejected when the option is %j", async (workspaces) => {
    const error = await thrownBy(() => resolveWorkspaces({ workspaces } as never, fakeMachine()));
    expect(error).toMatchObject({ code: "configuration" });
    expect(error.message).toContain("`workspaces`");
  });
});

describe("the configuration folder", () => {
  it("is the one named by the environment", () => {
    const machine = { env: { CONFIGS_DIR: " /data " }, writable: ["/configs"] };
    expect(configurationFolder(fakeMachine(machine))).toBe("/data");
  });

  it("is /configs where that is writable, also when the variable is blank", () => {
    expect(configurationFolder(fakeMachine({ writable: ["/configs"] }))).toBe("/configs");
    expect(configurationFolder(fakeMachine({ env: { CONFIGS_DIR: "" }, writable: ["/configs"] }))).toBe(
      "/configs",
    );
  });

  it("is in the home folder otherwise, and undefined without one", () => {
    expect(configurationFolder(fakeMachine())).toBe("/home/me/.molecule-workspace");
    expect(configurationFolder(fakeMachine({ home: undefined }))).toBeUndefined();
  });
});
