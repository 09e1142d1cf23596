import type { ToolContext } from "./context";

export type Scope = "LOCAL" | "TEAM" | "GLOBAL";

/** The argument `scope` without its description. */
export const SCOPE = { type: "string" as const, enum: ["LOCAL", "TEAM", "GLOBAL"] };

/** The route of a workspace's memories, by default those of the default workspace. */
export const memoriesPath = ({ workspaceIds }: ToolContext, source: string | undefined): string =>
  `/workspaces/${source ?? workspaceIds[0]}/memories`;
