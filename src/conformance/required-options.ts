import type { ResourceName } from "./check";

/** The command-line options that provide each resource. */
export const REQUIRED_OPTIONS: Readonly<Record<ResourceName, string>> = {
  self: "--workspace and --token",
  peer: "--peer",
  reachablePeer: "a --peer whose agent has a URL",
  peerToken: "--peer-token",
  stranger: "--stranger",
  adminToken: "--admin-token",
  orgId: "--org",
  scratch: "--workspace, --token and --allow-changes",
  changes: "--allow-changes",
  limited: "--allow-changes",
  selfHosted: "--deploy-mode self-hosted",
  saas: "--deploy-mode saas",
  operator: "--admin-token, --agent-host and --allow-changes",
  embedded: "the embedded platform",
};
