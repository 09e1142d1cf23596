import { parseArgs } from "node:util";
import type { DeployMode, Version } from "./check";
import { UUID } from "./expect";

export const USAGE = `Usage: a2a-peers conformance [options]

Checks over plain HTTP whether a platform behaves as documented, and prints the
results. Without --url, it checks the platform of a2a-peers/testing.
Exit codes: 0, 1 when a check fails, 2 when none could run.

  --url <url>            the platform to check
  --version <version>    2026-04 or 2026-05; default: detected
  --deploy-mode <mode>   self-hosted or saas; default: saas with --org, else
                         self-hosted

  --workspace <id>       the workspace that sends the requests
  --token=<token>        its token; better MOLECULE_WORKSPACE_TOKEN in the
                         environment
  --peer <id>            a workspace that it may talk to; it receives a few
                         messages
  --peer-token=<token>   the peer's token; better CONFORMANCE_PEER_TOKEN in the
                         environment
  --stranger <id>        a workspace that it may not talk to
  --admin-token=<token>  the operator's token; better CONFORMANCE_ADMIN_TOKEN in
                         the environment
  --agent-host <host>    the host under which the platform reaches this machine;
                         with --admin-token and --allow-changes the operator
                         creates workspaces whose agents run here
  --org <id>             organisation of a hosted platform
  --origin <origin>      Origin of every request
  --allow-changes        also register, degrade and write to --workspace, leave
                         unused workspaces, and use up the rate limit: not for a
                         workspace in use

  --only <prefix>        only the checks whose ids begin with it, for example
                         register
  --list                 print the checks, what they need and why a platform may
                         deviate, and send nothing
  --json                 print one JSON object instead of text
  --help                 print this text

Command lines are visible to other users of the machine, the environment is not.
Write a token on the command line with =, because it may begin with a dash.

Examples:
  $ a2a-peers conformance --only register
  $ a2a-peers conformance --url http://localhost:8080 --list
`;

const FLAGS = {
  url: { type: "string" },
  version: { type: "string" },
  "deploy-mode": { type: "string" },
  workspace: { type: "string" },
  token: { type: "string" },
  peer: { type: "string" },
  "peer-token": { type: "string" },
  stranger: { type: "string" },
  "admin-token": { type: "string" },
  "agent-host": { type: "string" },
  org: { type: "string" },
  origin: { type: "string" },
  "allow-changes": { type: "boolean" },
  only: { type: "string" },
  list: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

export interface Options {
  readonly url: string | undefined;
  readonly version: Version | undefined;
  readonly deployMode: DeployMode;
  readonly workspace: string | undefined;
  readonly token: string | undefined;
  readonly peer: string | undefined;
  readonly peerToken: string | undefined;
  readonly stranger: string | undefined;
  readonly adminToken: string | undefined;
  readonly agentHost: string | undefined;
  readonly org: string | undefined;
  readonly origin: string | undefined;
  readonly allowChanges: boolean;
  readonly only: string;
  readonly list: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Parses the command line, with tokens from the environment. Throws an error that names the wrong option. */
export function parseOptions(args: readonly string[], env: Environment): Options {
  const { values } = parseArgs({ args: [...args], options: FLAGS });
  const { version, "deploy-mode": deployMode = values.org === undefined ? "self-hosted" : "saas" } = values;
  if (version !== undefined && !isVersion(version)) throw new Error(`Unknown version ${version}`);
  if (!isDeployMode(deployMode)) throw new Error(`Unknown deploy mode ${deployMode}`);
  if (values.url !== undefined && !/^https?:$/.test(getProtocol(values.url))) {
    throw new Error(`Expected an http or https URL, got ${values.url}`);
  }
  const options = {
    url: values.url?.replace(/\/+$/, ""),
    version,
    deployMode,
    workspace: parseId(values, "workspace"),
    token: parseToken(values, "token", values.workspace && env.MOLECULE_WORKSPACE_TOKEN),
    peer: parseId(values, "peer"),
    peerToken: parseToken(values, "peer-token", values.peer && env.CONFORMANCE_PEER_TOKEN),
    stranger: parseId(values, "stranger"),
    adminToken: parseToken(values, "admin-token", values.url && env.CONFORMANCE_ADMIN_TOKEN),
    agentHost: values["agent-host"],
    org: values.org,
    origin: values.origin,
    allowChanges: values["allow-changes"] ?? false,
    only: values.only ?? "",
    list: values.list ?? false,
    json: values.json ?? false,
    help: values.help ?? false,
  };
  validateCombination(options);
  return options;
}

type Values<Name extends string> = { readonly [N in Name]?: string | undefined };

function parseId<Name extends string>(values: Values<Name>, name: Name): string | undefined {
  const id = values[name]?.trim().toLowerCase();
  if (id !== undefined && !UUID.test(id)) {
    throw new Error(`Expected --${name} to be a UUID, got ${id || "nothing"}`);
  }
  return id;
}

/** Parses a token, which no error message contains. `fallback` is the value in the environment; empty counts as none. */
function parseToken<Name extends string>(
  values: Values<Name>,
  name: Name,
  fallback = "",
): string | undefined {
  const token = values[name]?.trim() ?? (fallback.trim() || undefined);
  if (token === "") throw new Error(`Expected --${name} to be a token, got nothing`);
  if (token !== undefined && !/^[!-~]+$/.test(token)) {
    throw new Error(`Expected --${name} to be a token, without spaces`);
  }
  return token;
}

/** Throws for options that need another one, and for the same id under two names. */
function validateCombination(options: Options): void {
  const { url, workspace, token, peer, peerToken, stranger, adminToken, agentHost, org, origin } = options;
  const ids = { "--workspace": workspace, "--peer": peer, "--stranger": stranger };
  if (url === undefined) {
    const others = {
      ...ids,
      "--admin-token": adminToken,
      "--agent-host": agentHost,
      "--org": org,
      "--origin": origin,
    };
    const [first] = Object.entries(others).find(([, value]) => value !== undefined) ?? [];
    if (first !== undefined || options.allowChanges)
      throw new Error(`${first ?? "--allow-changes"} needs --url`);
  }
  if (token !== undefined && workspace === undefined) throw new Error("--token needs --workspace");
  if (peerToken !== undefined && peer === undefined) throw new Error("--peer-token needs --peer");
  if (
    agentHost !== undefined &&
    !(URL.canParse(`http://${agentHost}:1/`) && adminToken && options.allowChanges)
  ) {
    throw new Error("--agent-host needs a host name, --admin-token and --allow-changes");
  }
  if (workspace !== undefined && token === undefined) {
    throw new Error("--workspace needs --token, or MOLECULE_WORKSPACE_TOKEN in the environment");
  }
  const present = Object.entries(ids).filter(([, id]) => id !== undefined);
  for (const [name, id] of present) {
    const duplicate = present.find(([other, otherId]) => other !== name && otherId === id);
    if (duplicate !== undefined) throw new Error(`${name} and ${duplicate[0]} are the same workspace`);
  }
}

function getProtocol(url: string): string {
  return URL.canParse(url) ? new URL(url).protocol : "";
}

const isVersion = (text: string): text is Version => text === "2026-04" || text === "2026-05";
const isDeployMode = (text: string): text is DeployMode => text === "self-hosted" || text === "saas";
