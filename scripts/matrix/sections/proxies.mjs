import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { installRuntimes, run } from "../../runtimes.mjs";
import { startMatrixPlatform, unusedPort } from "../platform.mjs";
import { judge, parseSeen } from "../project.mjs";
import { COMPANY_CA, startProxy, startTlsFront } from "../proxy.mjs";

const PASSWORD = "password-of-the-proxy";
const REPLY = "echo: hello";
/** Known to the proxy alone, so that nothing can go past it. */
const HOSTS = { http: "http://platform.internal", https: "https://platform.internal" };
const FOLLOWED = { NODE_USE_ENV_PROXY: "1" };

/** What is said of a program: its replies or failures, which requests the proxy got, and whether its password got out. */
const SCENARIOS = {
  "the proxy": {
    proxy: {},
    env: FOLLOWED,
    expected: { http: REPLY, https: REPLY, "at the proxy": "messages, events, CONNECT" },
  },
  "variables in lower case": {
    proxy: {},
    env: FOLLOWED,
    lowerCase: true,
    expected: { http: REPLY, https: REPLY, "at the proxy": "messages, events, CONNECT" },
  },
  "a host of NO_PROXY": {
    proxy: {},
    env: { ...FOLLOWED, NO_PROXY: "localhost,127.0.0.1" },
    direct: true,
    expected: { http: REPLY, https: REPLY, "at the proxy": "nothing" },
  },
  "wrong credentials": {
    proxy: { password: "another" },
    env: FOLLOWED,
    expected: { http: "network, not-sent", https: "network, not-sent", "at the proxy": "messages, CONNECT" },
  },
  "a proxy that reaches nothing": {
    proxy: { behaviour: "refuse" },
    env: FOLLOWED,
    // What a proxy answers to a request in absolute form may also come from behind it.
    expected: {
      http: "platform_error, maybe",
      https: "network, not-sent",
      "at the proxy": "messages, CONNECT",
    },
  },
  "a proxy that does not answer": {
    proxy: { behaviour: "stall" },
    env: FOLLOWED,
    budgetMs: 500,
    expected: { http: "timeout, maybe", https: "timeout, not-sent", "at the proxy": "messages, CONNECT" },
  },
  "a proxy that is not there": {
    env: FOLLOWED,
    expected: { http: "network, not-sent", https: "network, not-sent" },
  },
};

/** Node follows the variables where it is told to, and the client with it. */
const NOT_FOLLOWED = {
  proxy: {},
  env: {},
  direct: true,
  expected: { http: REPLY, https: REPLY, "at the proxy": "nothing" },
};

/** Bun and Deno follow them by themselves, and tell failures apart less well. */
const OF_A_FETCH = ["the proxy", "variables in lower case", "a host of NO_PROXY"];

export async function* proxies({ scratch, project }) {
  for (const { name, version, binary, args, reason } of await installRuntimes()) {
    const subject = `${name}, proxies`;
    if (binary === undefined) {
      yield { subject, notRun: reason };
      continue;
    }
    const verdicts = [];
    for (const [scenario, details] of Object.entries(scenariosOf(name))) {
      const seen = await runScenario({ scratch, project, binary, args, ...details });
      const judged = judge({ ...details.expected, password: "kept" }, seen);
      verdicts.push(...judged.map((verdict) => ({ ...verdict, step: `${scenario}, ${verdict.step}` })));
    }
    yield { subject, version, verdicts };
  }
}

function scenariosOf(name) {
  if (name === "Node 20") return { "NODE_USE_ENV_PROXY in Node 20": { ...NOT_FOLLOWED, env: FOLLOWED } };
  if (name.startsWith("Node")) return { ...SCENARIOS, "without NODE_USE_ENV_PROXY": NOT_FOLLOWED };
  return Object.fromEntries(OF_A_FETCH.map((scenario) => [scenario, withoutEvents(SCENARIOS[scenario])]));
}

async function runScenario({
  scratch,
  project,
  binary,
  args,
  proxy: options,
  env,
  lowerCase,
  direct,
  budgetMs,
}) {
  const { platform, given, close } = await startMatrixPlatform();
  const platformPort = Number(new URL(platform.url).port);
  const front = await startTlsFront(platformPort);
  const proxy =
    options && (await startProxy({ password: PASSWORD, platformPort, tlsPort: front.port, ...options }));
  const url = `http://agent:${PASSWORD}@127.0.0.1:${proxy?.port ?? (await unusedPort())}`;
  const variables = { HTTP_PROXY: url, HTTPS_PROXY: url };
  const caFile = join(scratch, "ca.pem");
  await writeFile(caFile, COMPANY_CA);
  const program = {
    platforms: direct ? { http: platform.url, https: `https://localhost:${front.port}` } : HOSTS,
    me: given.me,
    echo: given.peers.echo,
    ca: COMPANY_CA,
    stateDir: await mkdtemp(join(scratch, "proxied-")),
    budgetMs: budgetMs ?? 10_000,
  };
  const named = lowerCase
    ? Object.fromEntries(Object.entries(variables).map(([key, value]) => [key.toLowerCase(), value]))
    : variables;
  const clean = Object.fromEntries(Object.entries(process.env).filter(([key]) => !/_proxy$/i.test(key)));
  const result = await run(binary, [...args, "proxied.mjs", JSON.stringify(program)], {
    cwd: project,
    env: {
      ...clean,
      ...named,
      ...env,
      NODE_EXTRA_CA_CERTS: caFile,
      DENO_CERT: caFile,
      DENO_NO_UPDATE_CHECK: "1",
    },
  });
  const { seen = {}, said = [] } = parseSeen(result);
  await proxy?.close();
  await front.close();
  await close();
  const isLeaked = [...said, result.errors].join().includes(PASSWORD);
  return { ...seen, "at the proxy": describe(proxy?.requests ?? []), password: isLeaked ? "shown" : "kept" };
}

/** Which kinds of requests the proxy has got. */
function describe(requests) {
  const kinds = { messages: /^POST http/, events: /^GET http\S+\/events/, CONNECT: /^CONNECT / };
  const found = Object.entries(kinds).filter(([, pattern]) => requests.some((line) => pattern.test(line)));
  return found.map(([kind]) => kind).join(", ") || "nothing";
}

function withoutEvents(scenario) {
  const atProxy = scenario.expected["at the proxy"];
  return {
    ...scenario,
    expected: { ...scenario.expected, "at the proxy": [atProxy, atProxy.replace("events, ", "")] },
  };
}
