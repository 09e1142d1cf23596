import { invalidArgument, isA2AError, settle } from "../errors";
import type { Workspaces } from "../identity/workspaces";
import { copyMessage } from "../messaging/copy-message";
import type { SendOutcome } from "../messaging/outcome";
import { type OutgoingMessage, parseMessageParts } from "../messaging/outgoing-message";
import { checkSendOptions, type SendOptions } from "../messaging/send-options";
import { newId } from "../runtime/ids";
import type { CallOptions } from "../validation/options";
import { checkPeerId } from "../validation/peer-id";
import { checkWaitOptions, type WaitOptions } from "../validation/wait-options";
import {
  type ConversationOptions,
  type ConversationSendOptions,
  checkConversationOptions,
  checkNotSet,
} from "./options";
import { type ConversationState, stateAfterError, stateAfterOutcome } from "./state";
import { createTurns } from "./take-turns";

/**
 * A conversation with a peer: its messages share a context, and answer the task that is open. One call at a time is
 * made; later ones wait for it, in their order, with their whole budget left, and send nothing if their signal is
 * aborted before.
 */
export interface Conversation {
  /** Id of the peer, in lower case. */
  readonly peerId: string;
  /** Id of the conversation: its own from the start, the peer's once it has answered with one. */
  readonly contextId: string;
  /** Id of the task that is open (`input-required`, `auth-required` or `working`); `undefined` while none is. */
  readonly taskId: string | undefined;
  /**
   * Sends a message like `sendA2AMessage`, with the `contextId`, and with the `taskId` while a task is open. A task that
   * ended, in whatever way, is not carried on: after a message that the peer has refused, it is asked for the task.
   */
  send(message: string | OutgoingMessage, options?: ConversationSendOptions): Promise<SendOutcome>;
  /** Waits like `waitForTask` for the task that is open. Throws `invalid_argument` when none is. */
  waitForTask(options?: Omit<WaitOptions, "source">): Promise<SendOutcome>;
}

/** The calls of the client that a conversation makes. */
export interface ConversationCalls {
  sendA2AMessage(
    peerId: string,
    message: string | OutgoingMessage,
    options: SendOptions,
  ): Promise<SendOutcome>;
  waitForTask(peerId: string, taskId: string, options: WaitOptions): Promise<SendOutcome>;
  getTask(peerId: string, taskId: string, options: CallOptions): Promise<SendOutcome>;
}

/** What conversations know of the client. */
export interface ConversationContext {
  readonly workspaces: Workspaces;
  suggestPeers(text: string): string | undefined;
}

/** Starts a conversation, or goes on with one. Sends nothing. Throws `invalid_argument`. */
export type StartConversation = (peerId: string, options?: ConversationOptions) => Conversation;

/** Creates the function that starts conversations. */
export const createConversations =
  (context: ConversationContext, calls: ConversationCalls): StartConversation =>
  (peerId, options) =>
    createConversation(context, calls, peerId, options);

function createConversation(
  { workspaces, suggestPeers }: ConversationContext,
  calls: ConversationCalls,
  peerId: string,
  given?: ConversationOptions,
): Conversation {
  const id = checkPeerId(peerId, suggestPeers);
  const { contextId = newId(), taskId, source } = checkConversationOptions(given);
  workspaces.named(source);
  const takeTurns = createTurns();
  let state: ConversationState = { contextId, taskId };

  async function follow(call: () => Promise<SendOutcome>): Promise<SendOutcome> {
    try {
      const outcome = await call();
      state = stateAfterOutcome(state, outcome);
      return outcome;
    } catch (error) {
      if (isA2AError(error)) state = stateAfterError(state, error);
      throw error;
    }
  }

  /** Looks at the open task, if there is one: agents refuse a message to one that has ended, each in its own way. */
  async function lookAfterRefusal(error: unknown, signal: AbortSignal | undefined): Promise<never> {
    const { taskId } = state;
    if (isA2AError(error) && error.code === "rpc_error" && taskId !== undefined) {
      await settle(follow(() => calls.getTask(id, taskId, { source, signal })));
    }
    throw error;
  }

  return {
    peerId: id,
    get contextId() {
      return state.contextId;
    },
    get taskId() {
      return state.taskId;
    },
    async send(message, options) {
      checkNotSet(options, "contextId", "taskId", "source");
      const copy = copyMessage(parseMessageParts(message), checkSendOptions(options));
      const { parts, options: checked } = copy;
      const send = () => calls.sendA2AMessage(id, { parts }, { ...checked, ...state, source });
      const sendAndLook = () => follow(send).catch((error) => lookAfterRefusal(error, checked.signal));
      return takeTurns(sendAndLook, checked.signal);
    },
    async waitForTask(options) {
      checkNotSet(options, "source");
      const { signal, timeoutMs, pollIntervalMs } = checkWaitOptions(options);
      const wait = async () => {
        if (state.taskId === undefined) {
          throw invalidArgument("No task of this conversation is open, so there is none to wait for.");
        }
        return calls.waitForTask(id, state.taskId, { signal, timeoutMs, pollIntervalMs, source });
      };
      return takeTurns(() => follow(wait), signal);
    },
  };
}
