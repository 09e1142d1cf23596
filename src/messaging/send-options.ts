import { invalidArgument } from "../errors";
import { quote } from "../text/format";
import { isRecord } from "../text/json";
import { checkOptionNames, type OptionNames } from "../validation/option-names";
import {
  type CallOptions,
  checkCallOptions,
  checkDeliveryMode,
  checkMilliseconds,
  type DeliveryMode,
} from "../validation/options";

/** Options of `sendA2AMessage`. */
export interface SendOptions extends CallOptions {
  /** The whole send in milliseconds: every attempt, delay and byte of the answer. @default `retry.budgetMs` */
  budgetMs?: number | undefined;
  /** Which failures are repeated. @default `delivery` of the client */
  delivery?: DeliveryMode | undefined;
  /**
   * Id of the message, 1 to 200 visible ASCII characters, the same on every attempt. To repeat a message that failed,
   * give the `messageId` of its error.
   * @default a random UUID
   */
  messageId?: string | undefined;
  /** Id of the conversation the message belongs to, from an earlier outcome. */
  contextId?: string | undefined;
  /** Id of the task the message answers, from an earlier outcome. */
  taskId?: string | undefined;
  /** Data for the agent beside the message, for tracing and the like. */
  metadata?: Record<string, unknown> | undefined;
  /** Allows a message to the own workspace, which may otherwise wait for its own reply. @default false */
  allowSelf?: boolean | undefined;
}

const NAMES: OptionNames<SendOptions> = {
  source: true, signal: true, timeoutMs: true, budgetMs: true, delivery: true, messageId: true, contextId: true,
  taskId: true, metadata: true, allowSelf: true,
}; // biome-ignore format: one list

/** Throws `invalid_argument`, naming the option that is wrong or does not exist. `source` is not checked here. */
export function checkSendOptions(given: SendOptions | undefined): SendOptions {
  if (given === undefined) return {};
  const options: SendOptions = checkCallOptions(given);
  checkOptionNames(options, NAMES, invalidArgument);
  if (options.budgetMs !== undefined) checkMilliseconds(options.budgetMs, "budgetMs", invalidArgument);
  if (options.delivery !== undefined) checkDeliveryMode(options.delivery, invalidArgument);
  checkMessageId(options.messageId);
  if (options.contextId !== undefined) checkForeignId(options.contextId, "contextId");
  if (options.taskId !== undefined) checkForeignId(options.taskId, "taskId");
  if (options.metadata !== undefined && !isRecord(options.metadata)) {
    throw invalidArgument(`Expected \`metadata\` to be an object, got ${quote(options.metadata)}.`);
  }
  return options;
}

const VISIBLE_ASCII = /^[\x21-\x7e]{1,200}$/;

function checkMessageId(value: unknown): void {
  if (value === undefined || (typeof value === "string" && VISIBLE_ASCII.test(value))) return;
  throw invalidArgument(
    `Expected \`messageId\` to be 1 to 200 visible ASCII characters, got ${quote(value)}.`,
  );
}

/** An id that a peer has made: any text of 1 to 1024 characters. */
export function isForeignId(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "" && value.length <= 1024;
}

/** Returns an id that a peer has made. Throws `invalid_argument` for anything else, naming it. */
export function checkForeignId(value: unknown, name: string): string {
  if (isForeignId(value)) return value;
  throw invalidArgument(`Expected \`${name}\` to be 1 to 1024 characters of text, got ${quote(value)}.`);
}
