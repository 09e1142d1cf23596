import type { Inbox } from "../inbox/inbox";
import { ERROR_PREFIX } from "../messaging/tool-text";
import { adviceAfter, isForTheUser } from "./advice";

/** Why there may be messages that no inbox shows, for a model; `undefined` while all are read. */
export function describeReadProblem(inboxes: readonly Inbox[]): string | undefined {
  if (inboxes.some(({ status }) => status.heldBy !== undefined)) return HELD_ELSEWHERE;
  const lasting = inboxes
    .map(({ status }) => status.lastError)
    .find((error) => error !== undefined && isForTheUser(error.code));
  if (lasting !== undefined)
    return `${ERROR_PREFIX}The inbox cannot be read: ${lasting.message} ${adviceAfter(lasting)}`;
  const failures = Math.max(...inboxes.map(({ status }) => status.consecutiveFailures));
  if (failures === 0) return undefined;
  const reads = failures === 1 ? "read" : `${failures} reads`;
  return `${ERROR_PREFIX}The inbox cannot be read at the moment: the last ${reads} failed. The platform keeps the messages, and they are read as soon as it answers. Go on, and look again later.`;
}

const HELD_ELSEWHERE = `${ERROR_PREFIX}Another program of this workspace reads its inbox, so its messages come there and not here until that one ends. The other tools work. Go on without messages, and tell the user if you were to wait for one.`;
