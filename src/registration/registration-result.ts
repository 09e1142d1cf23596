import type { Workspace } from "../identity/workspaces";
import { isLocalhost } from "./agent-url";
import type { RegistrationContext } from "./context";
import type { AcceptedRegistration } from "./post-registration";
import type { ResolvedRegistration } from "./resolve-registration";

/** How the platform took a registration. */
export interface RegistrationResult {
  /** As the platform sent it, usually `registered`. */
  status: string;
  /** False for a first registration, which brings a token. The client uses that token and stores it. */
  alreadyRegistered: boolean;
  /** The delivery mode the platform uses, where it names one. */
  deliveryMode?: string;
  /** Set when the platform did not confirm what was registered, or may not reach the agent. */
  warning?: string;
}

const POLL_NOT_CONFIRMED =
  "The platform did not confirm the delivery mode 'poll': it may be too old for it, and messages may not arrive.";
const LOCALHOST_IN_DEVELOPMENT_ONLY =
  "Only a platform in development mode reaches an agent at `localhost`. Any other takes the registration, and then answers each message with 502 `workspace URL is not publicly routable`.";

/** The result of a registration; its warning is emitted as an event too. */
export function createResult(
  context: RegistrationContext,
  workspace: Workspace,
  { registration, body, token }: AcceptedRegistration,
): RegistrationResult {
  const result: RegistrationResult = {
    status: typeof body.status === "string" ? body.status : "registered",
    alreadyRegistered: token === undefined,
  };
  if (typeof body.delivery_mode === "string") result.deliveryMode = body.delivery_mode;
  const warning = warningFor(registration, result.deliveryMode);
  if (warning === undefined) return result;
  emitWarning(context, workspace, warning);
  return { ...result, warning };
}

export function emitWarning({ emit }: RegistrationContext, workspace: Workspace, reason: string): void {
  emit({ type: "registration.warning", workspaceId: workspace.id, reason });
}

function warningFor(requested: ResolvedRegistration, confirmedMode: string | undefined): string | undefined {
  if (requested.deliveryMode === "poll") return confirmedMode === "poll" ? undefined : POLL_NOT_CONFIRMED;
  return isLocalhost(requested.url) ? LOCALHOST_IN_DEVELOPMENT_ONLY : undefined;
}
