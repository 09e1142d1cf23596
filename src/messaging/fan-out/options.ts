import { invalidArgument } from "../../errors";
import { quote } from "../../text/format";
import { checkOptionNames, type OptionNames } from "../../validation/option-names";
import { checkPeerId } from "../../validation/peer-id";
import { checkSendOptions, type SendOptions } from "../send-options";

/** Options of {@link A2AClient.fanOut}; those of a send apply to each message. */
export interface FanOutOptions extends Omit<SendOptions, "messageId" | "taskId"> {
  /**
   * After how many replies the rest is cancelled: all peers, the first one, or a number from 1 to that of the peers.
   * Only outcomes of the kind `reply` count. @default "all"
   */
  until?: "all" | "first" | number | undefined;
  /** The time of all messages together, in milliseconds. @default `retry.budgetMs` */
  budgetMs?: number | undefined;
  /** Messages on their way at once, 1 to 256. @default 8 */
  concurrency?: number | undefined;
}

const NAMES: OptionNames<FanOutOptions> = {
  until: true, concurrency: true, source: true, signal: true, timeoutMs: true, budgetMs: true, delivery: true,
  contextId: true, metadata: true, allowSelf: true,
}; // biome-ignore format: one list

const MAX_CONCURRENCY = 256;

/** Returns the options with their defaults. Throws `invalid_argument`; `source` is not checked here. */
export function checkFanOutOptions(given: FanOutOptions | undefined, peers: number) {
  if (typeof given === "object" && given !== null) checkOptionNames(given, NAMES, invalidArgument);
  const { until = "all", concurrency = 8, ...rest }: FanOutOptions = given ?? {};
  const send = checkSendOptions(typeof given === "object" && given !== null ? rest : given);
  if (!isWholeNumber(concurrency, MAX_CONCURRENCY)) {
    throw invalidArgument(
      `Expected \`concurrency\` to be a whole number from 1 to ${MAX_CONCURRENCY}, got ${quote(concurrency)}.`,
    );
  }
  return { send, concurrency, enough: resolveUntil(until, peers) };
}

function resolveUntil(until: unknown, peers: number): number {
  if (until === "all") return peers;
  if (until === "first") return 1;
  if (isWholeNumber(until, peers)) return until;
  throw invalidArgument(
    `Expected \`until\` to be 'all', 'first' or a whole number from 1 to the number of peers (${peers}), got ${quote(until)}.`,
  );
}

const isWholeNumber = (value: unknown, most: number): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= most;

/** The ids of the peers, in lower case. Throws `invalid_argument` for one that is no id, and for one given twice. */
export function checkPeerIds(
  given: unknown,
  suggest: (text: string) => string | undefined,
): readonly string[] {
  if (!Array.isArray(given)) {
    throw invalidArgument(`Expected \`peerIds\` to be an array of peer ids, got ${quote(given)}.`);
  }
  const ids = new Set<string>();
  for (const each of given) {
    const id = checkPeerId(each, suggest);
    if (ids.has(id)) {
      throw invalidArgument(
        `Peer ${id} is in \`peerIds\` twice: it would run the task twice. Name each peer once.`,
      );
    }
    ids.add(id);
  }
  return [...ids];
}
