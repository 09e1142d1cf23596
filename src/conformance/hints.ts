import type { Need } from "./check";

/** How each thing that a check needs is given. */
export const HINTS: Readonly<Record<Need, string>> = {
  self: "--workspace and --token",
  peer: "--peer",
  peerToken: "--peer-token",
  stranger: "--stranger",
  adminToken: "--admin-token",
  orgId: "--org",
  scratch: "--workspace, --token and --allow-changes",
  changes: "--allow-changes",
  limited: "--allow-changes",
  selfHosted: "--deploy-mode self-hosted",
  saas: "--deploy-mode saas",
  embedded: "the embedded platform",
};
