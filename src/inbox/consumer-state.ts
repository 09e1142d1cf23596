import type { A2AClient } from "../client/client";
import type { Observer } from "../events";
import type { Delivery } from "./backlog";
import type { DeadLetters } from "./dead-letters";
import type { Engine } from "./engine";
import type { ResolvedInboxOptions } from "./resolve-options";
import type { Session } from "./session";

export interface ConsumerOptions extends ResolvedInboxOptions {
  client: A2AClient;
  engine: Engine;
  deadLetters: DeadLetters;
  /** Observes the work of handlers. */
  observer: Observer | undefined;
  clock: { now(): number };
  random(): number;
}

/** What a consumer works with, and what it has not stored yet. */
export interface ConsumerState {
  readonly options: ConsumerOptions;
  /** Ids of messages that are done, which the next write stores. */
  readonly unsaved: string[];
}

/** A delivery and the session it belongs to: once that one is discarded, nothing may be stored about it. */
export interface Held {
  readonly delivery: Delivery;
  readonly session: Session;
  readonly attempt: number;
}

/** True while the message is this attempt's: not ended, not handed over again, and its session has the lock. */
export const isCurrent = ({ options }: ConsumerState, { session, delivery, attempt }: Held): boolean =>
  options.engine.session === session && delivery.state === "in-flight" && delivery.attempt === attempt;
