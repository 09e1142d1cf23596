import type { A2AClientOptions } from "a2a-peers";
import { createA2AClient, delegateTask } from "a2a-peers";
import { createHeartbeat } from "a2a-peers/heartbeat";
import { createInbox } from "a2a-peers/inbox";
import { describe, expect, it } from "vitest";
import { resolveOptions } from "../../src/client/resolve-options";
import { thrownBy } from "../helpers/failure";
import { OWN, PEER } from "../helpers/ids";
import { type FakeMachine, fakeMachine } from "../helpers/machine";

const resolved = (options: A2AClientOptions = {}, machine: FakeMachine = {}) =>
  resolveOptions({ workspaceId: OWN, ...options }, fakeMachine(machine));

async function refused(options: object, culprit: string, env: Record<string, string> = {}) {
  const error = await thrownBy(() => resolved(options as A2AClientOptions, { env }));
  expect(error).toMatchObject({ code: "configuration", delivery: "not-sent", attempts: 0, retryable: false });
  expect(error.message).toContain(culprit);
  expect(error.message.length).toBeLessThanOrEqual(500);
  return error;
}

describe("options that are left out", () => {
  it("have their documented defaults", () => {
    expect(resolved()).toMatchObject({
      platformUrl: "http://localhost:8080",
      tenant: { orgId: undefined, origin: "http://localhost:8080" },
      delivery: "at-least-once",
      retry: { maxAttempts: 5, baseDelayMs: 1000, maxDelayMs: 16_000, jitter: 0.25 },
      budgetMs: 600_000,
      retryTimeouts: false,
      // No limit of its own: the budget of the send ends an attempt.
      sendMs: 2 ** 31 - 1,
      requestMs: 10_000,
      requestBytes: 1_048_576,
      responseBytes: 16_777_216,
      maxConcurrentSends: 256,
      fetch: undefined,
      onEvent: undefined,
    });
  });

  it("may be undefined explicitly", () => {
    const options = {
      platformUrl: undefined,
      retry: undefined,
      timeouts: { sendMs: undefined },
      delivery: undefined,
    };
    const comparable = { workspaces: [], random: undefined };
    expect({ ...resolved(options), ...comparable }).toEqual({ ...resolved(), ...comparable });
  });

  it("do not replace a zero", () => {
    const { retry } = resolved({ retry: { baseDelayMs: 0, maxDelayMs: 0, jitter: 0 } });
    expect(retry).toMatchObject({ baseDelayMs: 0, maxDelayMs: 0, jitter: 0 });
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("no luck");
      },
    ],
    ["answers NaN", () => Number.NaN],
    ["answers 1", () => 1],
    ["answers a text", () => "0.3" as unknown as number],
  ])("take a random that %s for one that answers the middle", (_, random) => {
    expect(resolved({ random }).random()).toBe(0.5);
  });

  it("cannot be changed once they are resolved", () => {
    expect(Object.isFrozen(resolved())).toBe(true);
  });
});

describe("the platform URL", () => {
  const env = {
    PLATFORM_URL: "http://one.test",
    MOLECULE_PLATFORM_URL: "http://two.test",
    MOLECULE_API_URL: "http://three.test",
    MOLECULE_URL: "http://four.test",
  };

  it("comes from the option before the environment variables in their order", () => {
    expect(resolved({ platformUrl: "http://zero.test" }, { env }).platformUrl).toBe("http://zero.test");
    expect(resolved({}, { env }).platformUrl).toBe("http://one.test");
    expect(resolved({}, { env: { ...env, PLATFORM_URL: "" } }).platformUrl).toBe("http://two.test");
    const { MOLECULE_API_URL, MOLECULE_URL } = env;
    expect(resolved({}, { env: { MOLECULE_API_URL, MOLECULE_URL } }).platformUrl).toBe("http://three.test");
    expect(resolved({}, { env: { MOLECULE_URL } }).platformUrl).toBe("http://four.test");
  });

  it.each<[string, FakeMachine]>([
    ["the marker file", { files: ["/.dockerenv"] }],
    ["the version variable", { env: { DOCKER_VERSION: "27" } }],
  ])("is the Docker host when %s says so", (_, machine) => {
    expect(resolved({}, machine).platformUrl).toBe("http://host.docker.internal:8080");
    expect(resolved({}, machine).tenant.origin).toBe("http://host.docker.internal:8080");
  });

  it("comes from the environment also inside Docker", () => {
    expect(resolved({}, { env, files: ["/.dockerenv"] }).platformUrl).toBe("http://one.test");
  });

  it("is this machine when the version variable is empty", () => {
    expect(resolved({}, { env: { DOCKER_VERSION: "" } }).platformUrl).toBe("http://localhost:8080");
  });

  it.each([
    ["http://a.test/", "http://a.test"],
    ["http://a.test///", "http://a.test"],
    [" https://A.test:443 ", "https://a.test"],
    ["http://a.test/base/path//", "http://a.test/base/path"],
    ["http://[::1]:8080", "http://[::1]:8080"],
  ])("%j becomes %j", (given, expected) => {
    expect(resolved({ platformUrl: given }).platformUrl).toBe(expected);
  });

  it.each<[string, unknown]>([
    ["no URL", "tenant.test"],
    ["empty", ""],
    ["a path", "/api"],
    ["a file", "file:///etc/passwd"],
    ["a web socket", "ws://a.test"],
    ["a script", "javascript:alert(1)"],
    ["too long", `http://a.test/${"x".repeat(1_000_000)}`],
    ["a number", 8080],
    ["null", null],
    ["a URL object", new URL("http://a.test")],
  ])("is refused when it is %s", async (_, platformUrl) => {
    await refused({ platformUrl }, "`platformUrl`");
  });

  it.each([
    ["http://me:hunter2@a.test", "credentials"],
    ["http://hunter2@a.test", "credentials"],
    ["http://a.test?key=hunter2", "query"],
    ["http://a.test/#hunter2", "query or a fragment"],
    ["http//hunter2@a.test", "http(s) URL"],
  ])("%s is refused and not shown", async (platformUrl, reason) => {
    for (const error of [
      await refused({ platformUrl }, "`platformUrl`"),
      await refused({}, "environment variable PLATFORM_URL", { PLATFORM_URL: platformUrl }),
    ]) {
      expect(error.message).toContain(reason);
      expect(`${error.message}${error.stack}`).not.toContain("hunter2");
    }
  });
});

describe("a usual mistake in the platform URL", () => {
  it.each([
    ["localhost:8080", "'localhost:8080', which has no scheme: put `http://`"],
    ["platform.local", "'platform.local', which has no scheme"],
    ["10.0.0.1:80/base", "'10.0.0.1:80/base', which has no scheme"],
    ["[::1]:8080", "'[::1]:8080', which has no scheme"],
    ['"http://a.test"', "quotation marks"],
    ["'http://a.test'", "quotation marks"],
    ["http://", "got 'http://'"],
    ["ftp://a.test", "the scheme 'ftp:'"],
    [8080, "got 8080"],
    ["", "got an empty string"],
  ])("%j is named with its mend", async (platformUrl, told) => {
    expect((await refused({ platformUrl }, "`platformUrl`")).message).toContain(told);
    if (platformUrl === "" || typeof platformUrl !== "string") return;
    const { message } = await refused({}, "environment variable PLATFORM_URL", { PLATFORM_URL: platformUrl });
    expect(message).toContain(told);
  });

  it("is found in a workspace id as well", async () => {
    expect((await refused({ workspaceId: `"${OWN}"` }, "`workspaceId`")).message).toContain(
      "quotation marks",
    );
  });
});

describe("an option that does not exist", () => {
  it.each([
    [{ retries: 3 }, "`retries`. Did you mean `retry`?"],
    [{ platformURL: "http://a.test" }, "Did you mean `platformUrl`?"],
    [{ workspaceID: OWN }, "Did you mean `workspaceId`?"],
    [{ timeout: 3 }, "Did you mean `timeouts`?"],
    [{ maxAttempts: 3 }, "Did you mean `retry.maxAttempts`?"],
    [{ onEvents: () => {} }, "Did you mean `onEvent`?"],
    [{ retry: { maxAttempt: 3 } }, "`retry.maxAttempt`. Did you mean `retry.maxAttempts`?"],
    [{ retry: { budget: 3 } }, "Did you mean `retry.budgetMs`?"],
    [{ timeouts: { budgetMs: 3 } }, "Did you mean `retry.budgetMs`?"],
    [{ timeouts: { send: 3 } }, "Did you mean `timeouts.sendMs`?"],
    [{ limits: { maxConcurrentSend: 3 } }, "Did you mean `limits.maxConcurrentSends`?"],
    [{ enricher: { ttl: 3 } }, "Did you mean `enricher.ttlMs`?"],
    [{ proxy: "http://proxy.test" }, "The options are platformUrl, workspaceId,"],
    [{ limits: { colour: "red" } }, "The options are limits.requestBytes,"],
    [{ ["x".repeat(100_000)]: 1 }, "The options are platformUrl,"],
  ])("is refused with the nearest that does: %o", async (options, told) => {
    expect((await refused(options, "There is no option")).message).toContain(told);
  });

  it("is left out where it is undefined", () => {
    expect(() => resolved({ retries: undefined } as never)).not.toThrow();
  });
});

describe("an option of a call, a heartbeat or an inbox that does not exist", () => {
  const client = createA2AClient({ platformUrl: "http://127.0.0.1:1", workspaceId: OWN, token: "t" });
  it.each([
    ["send", () => client.sendA2AMessage(PEER, "hi", { delivry: "at-most-once" } as never), "`delivery`"],
    ["send", () => client.sendA2AMessage(PEER, "hi", { budget: 3 } as never), "`budgetMs`"],
    ["delegate", () => client.delegate(PEER, "hi", { idempotencykey: "k" } as never), "`idempotencyKey`"],
    ["wait", () => client.waitForDelegation(PEER, { timeout: 3 } as never), "`timeoutMs`"],
    ["heartbeat", () => createHeartbeat(client, { interval: 3 } as never), "`intervalMs`"],
    [
      "results",
      () => createHeartbeat(client, { delegations: { cooldown: 3 } } as never),
      "`delegations.cooldownMs`",
    ],
    ["inbox", () => createInbox(client, { concurency: 3 } as never), "`concurrency`"],
  ])("is refused with the nearest that does: %s", async (_, call, nearest) => {
    await expect((async () => call())()).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining(`Did you mean ${nearest}?`),
    });
  });

  it("is left out where it is undefined, as the inbox of delegateTask is", async () => {
    const text = await delegateTask(client, PEER, "hi", {
      inbox: null,
      colour: undefined,
      budgetMs: 50,
    } as never);
    expect(text).not.toContain("There is no option");
  });
});

describe("the clock", () => {
  it.each([null, 7, {}, { now: () => 0 }, { now: 0, setTimer: () => {} }])("%j is refused", async (clock) => {
    await refused({ clock }, "`clock`");
  });
});

describe("the tenant", () => {
  it("has the platform's own origin unless another one is given", () => {
    expect(resolved({ platformUrl: "https://a.test/base" }).tenant.origin).toBe("https://a.test");
    expect(resolved({ origin: "https://b.test:8443" }).tenant.origin).toBe("https://b.test:8443");
    expect(resolved({ origin: null }).tenant.origin).toBeNull();
  });

  it.each([
    "https://a.test/",
    "https://a.test/path",
    "a.test",
    "",
    "null",
    "HTTPS://A.test",
    7,
    {},
    "data:,x",
  ])("has no origin like %j", async (origin) => {
    await refused({ origin }, "`origin`");
  });

  it("has the organisation of the option, else of the environment", () => {
    const env = { MOLECULE_ORG_ID: " env-org " };
    expect(resolved({ orgId: "my-org" }, { env }).tenant.orgId).toBe("my-org");
    expect(resolved({}, { env }).tenant.orgId).toBe("env-org");
    expect(resolved({}, { env: { MOLECULE_ORG_ID: "" } }).tenant.orgId).toBeUndefined();
    expect(resolved({ orgId: "" }, { env }).tenant.orgId).toBeUndefined();
  });

  it.each(["two words", "a\r\nX-Admin: 1", "ü", "x".repeat(257), 7, {}])(
    "has no organisation like %j",
    async (orgId) => {
      await refused({ orgId }, "`orgId`");
    },
  );

  it("names the environment variable that is wrong", async () => {
    await refused({}, "MOLECULE_ORG_ID", { MOLECULE_ORG_ID: "a\nb" });
  });
});

describe("the deploy mode", () => {
  const modeIn = (options: A2AClientOptions, env: Record<string, string> = {}) => {
    const { deployMode, deployModeWarning } = resolved(options, { env });
    return deployModeWarning === undefined ? deployMode : [deployMode, deployModeWarning];
  };

  it.each([
    ["saas", "saas"],
    [" SaaS\n", "saas"],
    ["self-hosted", "self-hosted"],
    ["Self-Hosted", "self-hosted"],
    ["selfhosted", "self-hosted"],
    ["STANDALONE ", "self-hosted"],
  ])("%j of the environment is %s, with or without an organisation", (value, mode) => {
    const env = { MOLECULE_DEPLOY_MODE: value };
    expect(modeIn({}, env)).toBe(mode);
    expect(modeIn({ orgId: "my-org" }, env)).toBe(mode);
  });

  it.each(["cloud", "self hosted", "saas2", "constructor", "__proto__"])(
    "%j of the environment is the strict one, with a warning",
    (value) => {
      const warned = ["self-hosted", expect.stringContaining(`MOLECULE_DEPLOY_MODE is '${value}'`)];
      expect(modeIn({ orgId: "my-org" }, { MOLECULE_DEPLOY_MODE: value })).toEqual(warned);
    },
  );

  it("follows from the organisation when it is not given", () => {
    expect(modeIn({})).toBe("self-hosted");
    expect(modeIn({ orgId: "my-org" })).toBe("saas");
    expect(modeIn({}, { MOLECULE_ORG_ID: "env-org" })).toBe("saas");
    expect(modeIn({}, { MOLECULE_ORG_ID: "", MOLECULE_DEPLOY_MODE: " " })).toBe("self-hosted");
    expect(modeIn({ orgId: "" }, { MOLECULE_ORG_ID: "env-org" })).toBe("self-hosted");
  });

  it("comes from the option, and the environment is not read then", () => {
    const env = { MOLECULE_DEPLOY_MODE: "cloud", MOLECULE_ORG_ID: "env-org" };
    expect(modeIn({ deployMode: "self-hosted" }, env)).toBe("self-hosted");
    expect(modeIn({ deployMode: "saas" }, { MOLECULE_DEPLOY_MODE: "self-hosted" })).toBe("saas");
  });

  it.each(["selfhosted", "SaaS", "", null, 1, {}])("cannot be %j", async (deployMode) => {
    await refused({ deployMode }, "`deployMode`");
  });
});

describe("numbers", () => {
  const NO_DURATION = [
    0,
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    2 ** 31,
    "5",
    {},
    true,
    5n,
  ];
  const NO_COUNT = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "5", {}, true, 1e12];

  it.each(NO_DURATION)("like %s are not durations", async (value) => {
    await refused({ retry: { budgetMs: value } }, "`retry.budgetMs`");
    await refused({ timeouts: { sendMs: value } }, "`timeouts.sendMs`");
    await refused({ timeouts: { requestMs: value } }, "`timeouts.requestMs`");
  });

  it.each(NO_DURATION.filter((value) => value !== 0))("like %s are not delays", async (value) => {
    await refused({ retry: { baseDelayMs: value } }, "`retry.baseDelayMs`");
    await refused({ retry: { maxDelayMs: value } }, "`retry.maxDelayMs`");
  });

  it.each(NO_COUNT)("like %s are not counts", async (value) => {
    await refused({ retry: { maxAttempts: value } }, "`retry.maxAttempts`");
    await refused({ limits: { requestBytes: value } }, "`limits.requestBytes`");
    await refused({ limits: { responseBytes: value } }, "`limits.responseBytes`");
    await refused({ limits: { maxConcurrentSends: value } }, "`limits.maxConcurrentSends`");
  });

  it.each([-0.1, 1.1, Number.NaN, "half", "Full", {}, true])("like %s are not jitters", async (jitter) => {
    await refused({ retry: { jitter } }, "`retry.jitter`");
  });

  it.each([0, 0.5, 1, "full"] as const)("like %s are jitters", (jitter) => {
    expect(resolved({ retry: { jitter } }).retry.jitter).toBe(jitter);
  });

  it("may go up to the longest timer", () => {
    expect(resolved({ retry: { budgetMs: 2 ** 31 - 1 } }).budgetMs).toBe(2 ** 31 - 1);
  });

  it("must be consistent: the largest delay is not below the first", async () => {
    await refused({ retry: { baseDelayMs: 100, maxDelayMs: 99 } }, "`retry.maxDelayMs` (99)");
    await refused({ retry: { baseDelayMs: 20_000 } }, "`retry.baseDelayMs` (20000)");
  });
});

describe("other options of a wrong type", () => {
  it.each<[string, unknown]>([
    ["delivery", "exactly-once"],
    ["delivery", 1],
    ["fetch", "fetch"],
    ["fetch", {}],
    ["random", 0.5],
    ["onEvent", {}],
    ["retry", 3],
    ["retry", null],
    ["timeouts", 1000],
    ["limits", "none"],
  ])("are refused by name: %s = %j", async (name, value) => {
    await refused({ [name]: value }, `\`${name}\``);
  });

  it.each([null, 7, "options"])("are rejected as a whole: %j", async (options) => {
    const error = await thrownBy(() => resolveOptions(options as never, fakeMachine()));
    expect(error).toMatchObject({ code: "configuration" });
  });

  it("are not quoted when they are a string, which may be a URL with a password", async () => {
    const error = await thrownBy(() => resolveOptions("http://me:hunter2@a.test" as never, fakeMachine()));
    expect(error.message).not.toContain("hunter2");
  });

  it("are rejected when the client is created", async () => {
    expect(await thrownBy(() => createA2AClient({ workspaceId: OWN, retry: { jitter: 2 } }))).toMatchObject({
      code: "configuration",
    });
  });
});
