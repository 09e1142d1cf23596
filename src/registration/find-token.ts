import { isA2AError, settle } from "../errors";
import type { Progress } from "../transport/request/progress";
import type { RegistrationChange } from "./serialize-change";

/**
 * How long a token that another process was given may take to be stored, in milliseconds. A registration that was
 * refused without a token looks for one again after this time.
 */
const STORED_WITHIN_MS = 500;

/** True when the platform refused a registration because it came without a token: the workspace has one by now. */
export const isRefusedWithoutToken = (error: unknown, { tokens }: Progress): boolean =>
  isA2AError(error) && error.code === "unauthorized" && error.status === 401 && tokens.length === 0;

/**
 * Finds a token that came while a registration without one was under way: another client of this process, or another
 * process, has registered the workspace at the same time. False when there is none.
 */
export async function findNewToken({ workspace, call, changes }: RegistrationChange): Promise<boolean> {
  if (changes.issuedToken !== undefined) {
    workspace.tokens.adopt(changes.issuedToken);
    return true;
  }
  if (call.remainingMs() < 2 * STORED_WITHIN_MS) return false;
  await call.sleep(STORED_WITHIN_MS);
  const found = await settle(call.waitFor(workspace.tokens.refresh(undefined)));
  return found.ok && found.value !== undefined;
}
