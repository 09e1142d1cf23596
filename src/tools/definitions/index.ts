import type { AnyTool } from "../define-tool";
import { checkTaskStatus } from "./check-task-status";
import { commitMemory } from "./commit-memory";
import { delegateTask } from "./delegate-task";
import { delegateTaskAsync } from "./delegate-task-async";
import { getWorkspaceInfo } from "./get-workspace-info";
import { inboxPeek } from "./inbox-peek";
import { inboxPop } from "./inbox-pop";
import { listPeers } from "./list-peers";
import { recallMemory } from "./recall-memory";
import { replyToWorkspace } from "./reply-to-workspace";
import { sendMessageToUser } from "./send-message-to-user";
import { waitForMessage } from "./wait-for-message";

/** The tools of every client, in the order in which a model reads them. */
export const TOOLS: readonly AnyTool[] = [
  listPeers,
  getWorkspaceInfo,
  delegateTask,
  delegateTaskAsync,
  checkTaskStatus,
  replyToWorkspace,
  sendMessageToUser,
  commitMemory,
  recallMemory,
];

/** The tools of a client that has an inbox. */
export const INBOX_TOOLS: readonly AnyTool[] = [waitForMessage, inboxPeek, inboxPop];
