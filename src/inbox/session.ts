import { type Backlog, createBacklog, type Delivery } from "./backlog";
import { fingerprint } from "./fingerprint";
import { type LedgerState, MAX_ANSWERED, type StoredAnswer } from "./ledger";
import { createPosition, type Position } from "./position";
import { PAGE_ROWS } from "./read-rows";
import type { InboundMessage } from "./row";

/** What one reader knows of its inbox from the moment it has the lock: given up as a whole when it loses it. */
export interface Session {
  readonly position: Position;
  readonly backlog: Backlog;
  /** True while the backlog may grow by another message. */
  hasCapacity(): boolean;
  /** Adds a new message to the backlog. False when that is full: the message is to be read again. */
  accept(message: InboundMessage): boolean;
  /** True for a message that was answered before, or waits already, under another row. */
  isDuplicate(message: InboundMessage): boolean;
  /** Hands over the next message, which must be acknowledged by `expiresAt` where one is given. */
  take(now: number, expiresAt?: number): Delivery | undefined;
  /** Ends a message: it does not come again. */
  complete(delivery: Delivery): void;
  /** Gives a delivery back as if it had not begun. */
  takeBack(delivery: Delivery): void;
  answerTo(id: string): StoredAnswer | undefined;
  rememberAnswer(id: string, answer: StoredAnswer): void;
  /** What is to be stored. */
  readonly state: LedgerState;
}

export function createSession(stored: LedgerState): Session {
  const position = createPosition(stored);
  const backlog = createBacklog();
  const attempts = new Map(Object.entries(stored.attempts));
  const answers = new Map(Object.entries(stored.answers));
  const answered = new Set(stored.answered);
  const waiting = new Set<string>();
  const hasCapacity = () => backlog.waiting + backlog.inFlight < PAGE_ROWS;

  return {
    position,
    backlog,
    hasCapacity,
    accept(message) {
      if (!hasCapacity()) return false;
      backlog.add(message, attempts.get(message.id) ?? 0);
      const same = fingerprint(message);
      if (same !== undefined) waiting.add(same);
      return true;
    },
    isDuplicate(message) {
      const same = fingerprint(message);
      return same !== undefined && (answered.has(same) || waiting.has(same));
    },
    take(now, expiresAt) {
      const delivery = backlog.take(now, expiresAt);
      if (delivery !== undefined) attempts.set(delivery.message.id, delivery.attempt);
      return delivery;
    },
    complete({ message }) {
      backlog.settle(message.id);
      position.markDone(message.id);
      attempts.delete(message.id);
      answers.delete(message.id);
      const same = fingerprint(message);
      if (same === undefined) return;
      waiting.delete(same);
      answered.add(same);
      const [oldest] = answered;
      if (oldest !== undefined && answered.size > MAX_ANSWERED) answered.delete(oldest);
    },
    takeBack(delivery) {
      backlog.release(delivery, Number.NEGATIVE_INFINITY);
      delivery.attempt -= 1;
      attempts.set(delivery.message.id, delivery.attempt);
    },
    answerTo: (id) => answers.get(id),
    rememberAnswer: (id, answer) => void answers.set(id, answer),
    get state() {
      return {
        ...position.stored,
        attempts: Object.fromEntries(attempts),
        answers: Object.fromEntries(answers),
        answered: [...answered],
      };
    },
  };
}
