import { randomBytes } from "node:crypto";
import type { JsonObject } from "../json";
import type { PlatformState } from "../state";
import type { Workspace } from "../workspace";

/** With this the platform identifies itself to the agent. */
export function newInboundSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** The field of an answer that hands over the secret; left out where there is none. */
export function secretFor(state: PlatformState, workspace: Workspace | undefined): JsonObject {
  if (state.version === "2026-04" || workspace === undefined || workspace.status === "removed") return {};
  return workspace.inboundSecret === "" ? {} : { platform_inbound_secret: workspace.inboundSecret };
}
