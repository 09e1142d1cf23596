import type { RequestContext } from "../transport/request/platform-request";
import type { Position } from "./position";
import { PAGE_ROWS } from "./read-rows";
import type { InboundMessage, SkipReason } from "./row";

/** `taken` messages are handed over later, `done` ones need nothing more, `left` ones are to be read again. */
export type Acceptance = "taken" | "done" | "left";

export interface ReaderOptions {
  requests: RequestContext;
  workspaceId: string;
  lookBackMs: number;
  position: Position;
  now(): number;
  /** False while no more messages may be taken. */
  hasCapacity(): boolean;
  /** Called for each new message; answers what became of it. */
  onMessage(message: InboundMessage): Acceptance;
  /** Called for new messages behind one that was left; answers `done` for an answer that somebody waited for. */
  onAnswer(message: InboundMessage): Exclude<Acceptance, "taken">;
  /** True while somebody waits for an answer: rows are searched for it also when no more may be taken. */
  isAwaitingAnswers(): boolean;
  onSkipped(reason: SkipReason): void;
  onMalformed(): void;
  onCursorGone(): void;
}

/** The id of the row after which a read begins; `null` reads from the oldest row. */
export type AfterRow = string | null;

/** What a reader remembers from one read to the next. */
export interface ReaderState {
  readonly options: ReaderOptions;
  /** The newest row that was listed. */
  tail: AfterRow | undefined;
  /** Where the next read begins, because a message behind it was left. */
  leftAt: AfterRow | undefined;
  /** Up to where the rows behind a message that was left were searched for answers. */
  scannedTo: AfterRow | undefined;
  /** When what is not settled was last read again, in milliseconds of the clock. */
  overlapAt: number;
  /** The earliest time that the platform's clock can show, in microseconds. */
  platformUs: number;
  /** True once the platform is known to have cursors, and the position has one. */
  isReady: boolean;
  /** True when the last read ended because no more messages could be taken. */
  isFull: boolean;
  /** Rows of a page: fewer after an answer that was too large. */
  limit: number;
}

export const createReaderState = (options: ReaderOptions): ReaderState => ({
  options,
  tail: undefined,
  leftAt: undefined,
  scannedTo: undefined,
  overlapAt: Number.NEGATIVE_INFINITY,
  platformUs: 0,
  isReady: false,
  isFull: false,
  limit: PAGE_ROWS,
});
