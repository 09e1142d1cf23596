import type { A2AClient } from "../client/client";
import { getInternals } from "../client/internals";
import type { A2AError } from "../errors";
import type { SendOutcome } from "../messaging/outcome";
import type { OutgoingMessage } from "../messaging/outgoing-message";
import { ask } from "./ask";
import { createAsks } from "./asks";
import { createConsumer } from "./consumer";
import { listDeadLetterMessages } from "./dead-letter-messages";
import { createDeadLetters } from "./dead-letters";
import { createEngine, type Engine } from "./engine";
import { createLifecycle, type StopOptions } from "./lifecycle";
import type { InboxHandler, InboxMessage } from "./message";
import type { AskOptions, InboxOptions } from "./options";
import { type ReceiveOptions, receive, receiveAll } from "./receive";
import { type ResolvedInboxOptions, resolveInboxOptions } from "./resolve-options";
import { run } from "./run";
import { createInboxStorage } from "./storage";

/** The messages that others send to one workspace: each handed over at least once, and none lost. */
export interface Inbox extends AsyncDisposable, AsyncIterable<InboxMessage> {
  /** The workspace whose messages these are. */
  readonly workspaceId: string;
  /** Begins to read, as every use but {@link peek} and {@link held} does. Throws `closed` on a closed client. */
  start(): void;
  /**
   * Handles messages until {@link stop}. What the handler returns is sent as the answer, then the message is
   * acknowledged; a handler that throws gives it back. An answer is stored before it is sent, so that a message whose
   * answer could not be sent, or whose process ended, is not handled anew.
   * Rejects with `configuration` where the platform is too old, `workspace_removed`, and `closed` on a closed client.
   */
  run(handler: InboxHandler): Promise<void>;
  /**
   * The next message, or `null` when none comes in time. It comes again after `visibilityMs` unless it is acknowledged.
   * Rejects as {@link run}, or with the reason of the signal.
   */
  receive(options?: ReceiveOptions): Promise<InboxMessage | null>;
  /**
   * Messages that wait, oldest first, without taking them; `ack()` ends one. @default 100 of them at most
   */
  peek(limit?: number): readonly InboxMessage[];
  /** Messages that were handed over and are not acknowledged yet, oldest first; `ack()` and `nack()` end one. */
  held(): readonly InboxMessage[];
  /** Sends a message and waits for its answer, also of a peer that fetches its messages. Throws as `sendA2AMessage`. */
  ask(peerId: string, message: string | OutgoingMessage, options?: AskOptions): Promise<SendOutcome>;
  /** Messages that were set aside; `ack()` removes one from the file. */
  deadLetters(): Promise<readonly InboxMessage[]>;
  /**
   * Ends reading, aborts the signals of handlers, stores what is to be stored and lets another reader take over. With
   * `finishWithinMs` handlers of {@link run} may end first; no new message is handed over meanwhile.
   */
  stop(options?: StopOptions): Promise<void>;
  /** What the inbox does now. */
  readonly status: {
    /** True while it reads. */
    running: boolean;
    /** Messages that were read and not handed over yet. */
    waiting: number;
    /** Messages that were handed over and not acknowledged yet. */
    inFlight: number;
    /** When the last read succeeded; absent before the first. */
    lastPollAt?: Date;
    /** Reads that have failed in a row. */
    consecutiveFailures: number;
    /** Set while reads fail: why the last one did. */
    lastError?: A2AError;
    /** Set while another reader has the inbox of the workspace: who, as a sentence. */
    heldBy?: string;
  };
}

/** Messages that {@link Inbox.peek} shows unless it is asked for more. */
const PEEKED = 100;

/** Creates the inbox of a workspace; nothing is read before it is used. Throws `invalid_argument` for wrong options. */
export function createInbox(client: A2AClient, options: InboxOptions = {}): Inbox {
  const internals = getInternals(client);
  const resolved = resolveInboxOptions(internals, options);
  const { clock, random, observer } = internals;
  const workspaceId = resolved.workspace.id;
  const storage = createInboxStorage({
    folder: internals.stateFolderFor(resolved.workspace, resolved.stateDir),
    workspaceId,
    onDamaged: (path) => reportDamage(resolved, path),
  });
  const asks = createAsks();
  const engine = createEngine({ ...resolved, internals, storage, asks });
  const deadLetters = createDeadLetters(storage.deadLetters, workspaceId);
  const consumer = createConsumer({ ...resolved, client, engine, deadLetters, clock, random, observer });
  const lifecycle = createLifecycle(internals, engine, () =>
    observer?.watchInbox(workspaceId, () => statusOf(engine)),
  );

  const context = {
    ...resolved,
    client,
    workspaceId,
    storage,
    deadLetters,
    engine,
    consumer,
    lifecycle,
    clock,
  };

  function wake(): void {
    lifecycle.start();
    engine.poller.wake();
  }

  return {
    workspaceId,
    start: lifecycle.start,
    run: (handler) => run(context, handler),
    receive: (given) => receive(context, given),
    peek: (limit = PEEKED) => consumer.peek(limit),
    held: consumer.held,
    ask: (peerId, message, given) => ask({ client, workspaceId, asks, clock, wake }, peerId, message, given),
    deadLetters: () => listDeadLetterMessages(context),
    stop: lifecycle.stop,
    [Symbol.asyncIterator]: () => receiveAll(context),
    get status() {
      return statusOf(engine);
    },
    [Symbol.asyncDispose]: () => lifecycle.stop(),
  };
}

function statusOf({ poller, session, lastPollAt, failures }: Engine): Inbox["status"] {
  return {
    running: poller.running,
    waiting: session?.backlog.waiting ?? 0,
    inFlight: session?.backlog.inFlight ?? 0,
    ...(lastPollAt === undefined ? {} : { lastPollAt }),
    consecutiveFailures: failures.pollFailures,
    ...(failures.pollError === undefined ? {} : { lastError: failures.pollError }),
    ...(failures.heldBy === undefined ? {} : { heldBy: failures.heldBy }),
  };
}

function reportDamage({ emit, workspace }: ResolvedInboxOptions, path: string): void {
  emit({
    type: "inbox.store_failed",
    workspaceId: workspace.id,
    consecutive: 1,
    reason: `${path} is damaged, so it is not known which messages were handled; those the platform lists are handed over again`,
  });
}
