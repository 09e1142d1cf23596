import { settle } from "../errors";
import type { RegistrationContext } from "./context";
import type { RegistrationChange } from "./serialize-change";

/** The longest wait for the record of the workspace, in milliseconds. */
const MAX_LOOKUP_MS = 3000;

/**
 * Throws `workspace_removed` when the record of the workspace says so. The platform accepts the registration of a
 * removed workspace as if it were online, and refuses its later requests: only the record tells that it was removed.
 */
export async function rejectRemoved(
  context: RegistrationContext,
  { remainingOptions }: RegistrationChange,
): Promise<void> {
  const options = remainingOptions();
  const timeoutMs = Math.min(options.timeoutMs, MAX_LOOKUP_MS);
  const lookup = await settle(context.getWorkspaceInfo({ ...options, timeoutMs }));
  if (lookup.ok) return;
  const { error } = lookup;
  // Any other failure of the lookup says nothing about the registration.
  if (error.code === "workspace_removed" || error.code === "closed") throw error;
}
