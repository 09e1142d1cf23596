import { invalidArgument } from "../errors";
import { checkForeignId, type SendOptions } from "../messaging/send-options";
import { quote } from "../text/format";
import { isRecord } from "../text/json";
import { checkOptionNames, type OptionNames } from "../validation/option-names";

/** Options of {@link A2AClient.conversation}. */
export interface ConversationOptions {
  /** Goes on with an earlier conversation: its `contextId`, 1 to 1024 characters. @default a random UUID */
  contextId?: string | undefined;
  /** The task that is open in it, if there is one: 1 to 1024 characters. */
  taskId?: string | undefined;
  /**
   * Id of the workspace that sends, for clients with several.
   * @default as for any other send
   */
  source?: string | undefined;
}

/** Options of a message in a conversation, which sets the others itself. */
export type ConversationSendOptions = Omit<SendOptions, "contextId" | "taskId" | "source">;

const NAMES: OptionNames<ConversationOptions> = { contextId: true, taskId: true, source: true };

/** Throws `invalid_argument`, naming the option that is wrong or does not exist. `source` is not checked here. */
export function checkConversationOptions(given: ConversationOptions | undefined): ConversationOptions {
  if (given === undefined) return {};
  if (!isRecord(given)) {
    throw invalidArgument(`Expected the options of the conversation to be an object, got ${quote(given)}.`);
  }
  const options: ConversationOptions = given;
  checkOptionNames(options, NAMES, invalidArgument);
  if (options.contextId !== undefined) checkForeignId(options.contextId, "contextId");
  if (options.taskId !== undefined) checkForeignId(options.taskId, "taskId");
  return options;
}

/** Throws `invalid_argument` for an option of a message that the conversation sets. */
export function checkNotSet(options: object | undefined, ...names: readonly string[]): void {
  for (const name of names) {
    if (!isRecord(options) || options[name] === undefined) continue;
    throw invalidArgument(
      `The conversation sets \`${name}\` itself: leave it out here, or give it to conversation().`,
    );
  }
}
