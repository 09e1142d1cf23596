import { isA2AError } from "../errors";
import type { Call } from "../transport/call";
import type { CallOptions } from "../validation/options";
import { checkAgentUrl, checkWithoutLookup } from "./check-url";
import type { RegistrationContext } from "./context";
import { type AcceptedRegistration, postRegistration } from "./post-registration";
import { createResult, emitWarning, type RegistrationResult } from "./registration-result";
import { rejectRemoved } from "./reject-removed";
import { type Registration, type ResolvedRegistration, resolveRegistration } from "./resolve-registration";
import { changeInBackground, changeRegistration, type RegistrationChange } from "./serialize-change";

const WHAT = "The registration";

/**
 * Registers a workspace with the platform. A first registration brings a token, which is used at once and stored;
 * when storing it fails, that is an event and not an error.
 */
export async function register(
  context: RegistrationContext,
  given: Registration,
  options?: CallOptions,
): Promise<RegistrationResult> {
  const registration = resolveRegistration(given);
  return changeRegistration(context, options, WHAT, async (change) => {
    for (const reason of context.pendingWarnings.splice(0)) emitWarning(context, change.workspace, reason);
    try {
      const accepted = await checkAndPost(context, change, registration);
      context.workspaces.lasting(change.workspace.id);
      if (await storeToken(context, change, accepted)) await rejectRemoved(context, change);
      return createResult(context, change.workspace, accepted);
    } catch (error) {
      // Also after a refusal of the token: the platform accepts none of a removed workspace.
      if (isA2AError(error) && error.code === "workspace_removed") {
        context.stateFor(change.workspace).last = undefined;
      }
      throw error;
    }
  });
}

/**
 * Repeats the last registration of a workspace in the background, without checking whether the workspace was removed:
 * the caller has just done so. Resolves to `undefined` when there is no earlier registration.
 */
export async function registerAgain(
  context: RegistrationContext,
  options: CallOptions,
): Promise<RegistrationResult | undefined> {
  return changeInBackground(context, options, WHAT, async (change) => {
    await change.waitForTurn();
    const { last } = context.stateFor(change.workspace);
    if (last === undefined) return undefined;
    const accepted = await postRegistration(context, change, last, checkWithoutLookup(last.url));
    await storeToken(context, change, accepted);
    return createResult(context, change.workspace, accepted);
  });
}

/** Checks the URL, waits for earlier changes of the workspace, and sends the registration. */
async function checkAndPost(
  context: RegistrationContext,
  change: RegistrationChange,
  registration: ResolvedRegistration,
): Promise<AcceptedRegistration> {
  const { url, deliveryMode } = registration;
  const { signal, timeoutMs } = change.remainingOptions();
  // In poll mode the platform ignores the URL.
  const urlProblem =
    deliveryMode === "push"
      ? await checkAgentUrl(context, url, { signal, timeoutMs: timeoutMs / 2 })
      : checkWithoutLookup(url);
  await change.waitForTurn();
  return postRegistration(context, change, registration, urlProblem);
}

/** Stores the token that the platform issued, or retries one that is not stored yet. False when the call timed out. */
function storeToken(
  { store }: RegistrationContext,
  { workspace, call }: RegistrationChange,
  { token }: AcceptedRegistration,
): Promise<boolean> {
  return settlesInTime(call, token === undefined ? store.retry(workspace) : store.save(workspace, token));
}

/** Waits no longer than the call lasts. A token that is stored later is not a failure of the registration. */
async function settlesInTime(call: Call, storing: Promise<void>): Promise<boolean> {
  try {
    await call.waitFor(storing);
    return true;
  } catch (error) {
    if (call.cancellation() !== undefined) throw error;
    return false;
  }
}
