import type { InboxEvent } from "../events";
import type { SendOptions } from "../messaging/send-options";

/** Options of `createInbox`. */
export interface InboxOptions {
  /** Id of the own workspace to read for. @default the client's default workspace */
  source?: string | undefined;
  /**
   * Folder for what has to be remembered over restarts, private to this user.
   * @default CONFIGS_DIR, else /configs where that is writable, else ~/.molecule-workspace
   */
  stateDir?: string | undefined;
  /** From one read to the next while messages come, in milliseconds, give or take 10 %. @default 5000 */
  pollIntervalMs?: number | undefined;
  /** The longest pause between two reads while none come, in milliseconds: the pause grows towards it. @default 30000 */
  idleIntervalMs?: number | undefined;
  /** One read, in milliseconds. @default 10000 */
  timeoutMs?: number | undefined;
  /** How far the very first start looks back, in milliseconds; 0 takes only what is new. @default 600000 */
  lookBackMs?: number | undefined;
  /** Handlers of `run` at once, 1 to 1024. Messages of one sender are always handled in order. @default 1 */
  concurrency?: number | undefined;
  /** After so long a message of `receive` or the iterator that was not acknowledged comes again, in milliseconds. @default 300000 */
  visibilityMs?: number | undefined;
  /** How often a message is handed over before it is set aside, at least 1. @default 5 */
  maxAttempts?: number | undefined;
  /** Called for each event. May throw without harm. @default the client's */
  onEvent?: ((event: InboxEvent) => void) | undefined;
}

/** Options of `Inbox.ask`. */
export interface AskOptions extends SendOptions {
  /** How long an answer that comes as a message of its own is waited for, in milliseconds from the call. @default 600000 */
  answerWithinMs?: number | undefined;
}
