import { parseArgs } from "node:util";
import type { DeployMode, Version } from "./check";

export const USAGE = `Usage: npm run conformance -- [options]

Asks a platform for what it promises, over plain HTTP, and prints what it does. Without --url it is the platform of
a2a-peers/testing. Ends with 0 unless a check fails.

  --url <url>            the platform to ask
  --version <version>    2026-04 or 2026-05; default: what the platform shows of itself, else 2026-05
  --deploy-mode <mode>   self-hosted or saas; default: saas with --org, else self-hosted

  --workspace <id>       the workspace that asks
  --token <token>        its token
  --peer <id>            a workspace that it may talk to, and that may be sent a few messages
  --peer-token <token>   the peer's token
  --stranger <id>        a workspace that it may not talk to
  --admin-token <token>  the operator's token
  --org <id>             organisation of a hosted platform
  --origin <origin>      Origin of every request
  --allow-changes        also register, wedge and write to --workspace, leave workspaces behind, and use up the rate
                         limit: not for a workspace that somebody works with

  --only <prefix>        only the checks whose names begin so, for example register
  --list                 print the checks, what they need and which a platform may fail, and ask nothing
  --json                 print one JSON object instead of a table
  --help                 print this text
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
  readonly org: string | undefined;
  readonly origin: string | undefined;
  readonly allowChanges: boolean;
  readonly only: string;
  readonly list: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

/** Reads the command line. Throws what is wrong with it. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({ args: [...args], options: FLAGS });
  const { version, "deploy-mode": deployMode = values.org === undefined ? "self-hosted" : "saas" } = values;
  if (version !== undefined && !isVersion(version)) throw new Error(`Unknown version ${version}`);
  if (!isDeployMode(deployMode)) throw new Error(`Unknown deploy mode ${deployMode}`);
  if (values.url !== undefined && !/^https?:$/.test(protocolOf(values.url))) {
    throw new Error(`Expected an http or https URL, got ${values.url}`);
  }
  return {
    url: values.url?.replace(/\/+$/, ""),
    version,
    deployMode,
    workspace: values.workspace?.toLowerCase(),
    token: values.token,
    peer: values.peer?.toLowerCase(),
    peerToken: values["peer-token"],
    stranger: values.stranger?.toLowerCase(),
    adminToken: values["admin-token"],
    org: values.org,
    origin: values.origin,
    allowChanges: values["allow-changes"] ?? false,
    only: values.only ?? "",
    list: values.list ?? false,
    json: values.json ?? false,
    help: values.help ?? false,
  };
}

function protocolOf(url: string): string {
  return URL.canParse(url) ? new URL(url).protocol : "";
}

const isVersion = (text: string): text is Version => text === "2026-04" || text === "2026-05";
const isDeployMode = (text: string): text is DeployMode => text === "self-hosted" || text === "saas";
