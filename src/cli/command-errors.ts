import type { Delivery } from "a2a-peers";

/** What a command throws for what is wrong in its use; `message` is one line that says what to do. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What a command throws to fail with one line and nothing sent. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** What a program needs to know of an interrupted command. */
export interface InterruptedFacts {
  readonly delivery: Delivery;
  readonly messageId?: string | undefined;
  readonly delegationId?: string;
  readonly idempotencyKey?: string;
}

/** What a command throws once Ctrl-C has ended it; `message` and `facts` say whether a peer may have the task. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly facts: InterruptedFacts;

  constructor(message: string, facts: InterruptedFacts = { delivery: "not-sent" }) {
    super(message);
    this.facts = facts;
  }
}
