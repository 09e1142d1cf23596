import { configurationError } from "../errors";
import type { Machine } from "../runtime/machine";
import { quote } from "../text/format";

/** Whether the platform is hosted for several tenants or self-hosted; it decides which agent URLs are accepted. */
export type DeployMode = "saas" | "self-hosted";

export interface ResolvedDeployMode {
  readonly deployMode: DeployMode;
  /** What is wrong with the environment variable, which is no reason to fail. */
  readonly deployModeWarning?: string | undefined;
}

const NAMES: Readonly<Record<string, DeployMode>> = {
  saas: "saas",
  "self-hosted": "self-hosted",
  selfhosted: "self-hosted",
  standalone: "self-hosted",
};

/** The option, else the environment as the platform reads it, else `saas` when an organisation is configured. */
export function resolveDeployMode(
  option: unknown,
  orgId: string | undefined,
  machine: Machine,
): ResolvedDeployMode {
  if (option !== undefined) return { deployMode: checkDeployMode(option) };
  const value = machine.env.MOLECULE_DEPLOY_MODE?.trim() ?? "";
  if (value === "") {
    return { deployMode: orgId === undefined ? "self-hosted" : "saas" };
  }
  const name = value.toLowerCase();
  if (Object.hasOwn(NAMES, name) && NAMES[name] !== undefined) {
    return { deployMode: NAMES[name] };
  }
  return {
    deployMode: "self-hosted",
    deployModeWarning: `The environment variable MOLECULE_DEPLOY_MODE is ${quote(value)}, which is neither 'saas' nor 'self-hosted': agent URLs are checked as for 'self-hosted'.`,
  };
}

function checkDeployMode(value: unknown): DeployMode {
  if (value === "saas" || value === "self-hosted") return value;
  throw configurationError(`Expected \`deployMode\` to be 'saas' or 'self-hosted', got ${quote(value)}.`);
}
