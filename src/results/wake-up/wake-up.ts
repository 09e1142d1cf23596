import type { A2AError } from "../../errors";
import type { Emit, HeartbeatEvent } from "../../events";
import { shouldReport } from "../../events/thinning";
import type { Clock } from "../../runtime/clock";
import { newId } from "../../runtime/ids";
import { LockHeldError } from "../../storage/lock";
import type { PendingWakeUp, UnannouncedResult } from "../results-state";
import type { ResultsStore } from "../results-store";

export interface WakeUpOptions {
  workspaceId: string;
  clock: Clock;
  store: ResultsStore;
  /** From one message to the next, in milliseconds, at least. */
  cooldownMs: number;
  emit: Emit<HeartbeatEvent>;
  /**
   * Sends the message to the own agent, and calls `onSending` right before it goes out. Resolves to the error when it
   * fails; rejects when it is aborted.
   */
  send(
    results: readonly UnannouncedResult[],
    messageId: string,
    onSending: () => Promise<void>,
  ): Promise<A2AError | undefined>;
  /** Called with an error of the store. */
  onStoreFailed(error: unknown): void;
}

/**
 * Wakes the agent with a message about results: one message at a time, and one in each cooldown. A message is stored
 * before it is sent and is sent again under the same id until it has arrived, also by a later process.
 */
export interface WakeUp {
  /** Sends a message if there are results to announce: at once, or when the cooldown is over. */
  trigger(): void;
  /** Cancels what is scheduled, until the next trigger. Resolves when no message is being sent. */
  halt(): Promise<void>;
}

interface WakeUpState {
  sending: Promise<void> | undefined;
  cancelTimer: (() => void) | undefined;
  /** Failures in a row. */
  failures: number;
  /** Answers of the agent with an error status, in a row. */
  refusals: number;
  /** No message before this time of the clock, in milliseconds; negative infinity before the first one. */
  quietUntil: number;
  /** Increased by each halt: what began before a halt schedules and stores nothing after it. */
  generation: number;
}

/** After failures the cooldown doubles, up to this many times its length. */
const MAX_COOLDOWNS = 10;

/** An agent that answers with an error status has the message and may have acted on it, so it is not sent for ever. */
const MAX_REFUSALS = 3;

/** A process that ended this often while the message was being sent may have ended because of it. */
const MAX_UNFINISHED = 3;

export function createWakeUp(options: WakeUpOptions): WakeUp {
  const { clock, store } = options;
  const state: WakeUpState = {
    sending: undefined,
    cancelTimer: undefined,
    failures: 0,
    refusals: 0,
    quietUntil: Number.NEGATIVE_INFINITY,
    generation: 0,
  };

  function trigger(): void {
    if (state.sending !== undefined || state.cancelTimer !== undefined) return;
    if (store.state.unannounced.length === 0) return;
    resumeCooldown(options, state);
    const waitMs = state.quietUntil - clock.now();
    if (waitMs > 0) {
      const onTimer = () => {
        state.cancelTimer = undefined;
        trigger();
      };
      state.cancelTimer = clock.setTimer(onTimer, waitMs, true);
      return;
    }
    const { generation } = state;
    const done = () => {
      state.sending = undefined;
      if (generation === state.generation) trigger();
    };
    // Rejects when it is aborted; the message stays stored.
    state.sending = sendOnce(options, state).then(done, done);
  }

  return {
    trigger,
    async halt() {
      state.generation += 1;
      state.cancelTimer?.();
      state.cancelTimer = undefined;
      await state.sending;
    },
  };
}

/** Continues the cooldown of an earlier process, measured by the wall clock. */
function resumeCooldown({ clock, store, cooldownMs }: WakeUpOptions, state: WakeUpState): void {
  const { toldAt } = store.state;
  if (toldAt === undefined || state.quietUntil !== Number.NEGATIVE_INFINITY) return;
  const elapsedMs = Math.max(0, Date.now() - toldAt);
  state.quietUntil = clock.now() + Math.max(0, cooldownMs - elapsedMs);
}

/** Sends the pending message and stores the outcome. */
async function sendOnce(options: WakeUpOptions, state: WakeUpState): Promise<void> {
  const { workspaceId, store, emit } = options;
  const { generation } = state;
  const wakeUp = beginWakeUp(options, state);
  const { ids, messageId, unfinished } = wakeUp;
  const wanted = new Set(ids);
  const results = store.state.unannounced.filter(({ id }) => wanted.has(id));
  const isGivenUp = unfinished >= MAX_UNFINISHED;
  const isHalted = () => generation !== state.generation;
  const error =
    results.length > 0 && !isGivenUp ? await sendCounted(options, wakeUp, results, isHalted) : undefined;
  if (isHalted()) return;
  if (error !== undefined && !hasArrived(error)) {
    recordFailure(options, state, error);
    if (state.refusals < MAX_REFUSALS) {
      await persist(options, () => store.saveWakeUp({ ...wakeUp, unfinished: 0 }));
      return;
    }
  } else if (isGivenUp) {
    emitGivenUp(options, unfinished);
  } else if (results.length > 0) {
    emit({ type: "delegations.announced", workspaceId, messageId, delegationIds: [...ids] });
  }
  state.failures = 0;
  state.refusals = 0;
  await persist(options, () => store.completeWakeUp(ids));
}

/** The message to send: the one an earlier attempt began, else one for all unannounced results. */
function beginWakeUp({ clock, store, cooldownMs }: WakeUpOptions, state: WakeUpState): PendingWakeUp {
  const { announcement, unannounced } = store.state;
  state.quietUntil = clock.now() + cooldownMs;
  return announcement ?? { messageId: newId(), ids: unannounced.map(({ id }) => id), unfinished: 0 };
}

/**
 * Sends the message. From the moment it goes out it is stored as unfinished, so that a process that ends without more
 * ado is counted; an orderly stop takes that back.
 */
async function sendCounted(
  options: WakeUpOptions,
  wakeUp: PendingWakeUp,
  results: readonly UnannouncedResult[],
  isHalted: () => boolean,
): Promise<A2AError | undefined> {
  const { store, send } = options;
  let isCounted = false;
  try {
    return await send(results, wakeUp.messageId, async () => {
      isCounted = true;
      await persist(options, () => store.saveWakeUp({ ...wakeUp, unfinished: wakeUp.unfinished + 1 }));
    });
  } finally {
    if (isCounted && isHalted()) await persist(options, () => store.saveWakeUp(wakeUp));
  }
}

async function persist({ onStoreFailed }: WakeUpOptions, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    onStoreFailed(error);
    // The holder of the store wakes the agent. Other errors leave the state in memory.
    if (error instanceof LockHeldError) throw error;
  }
}

function recordFailure(
  { workspaceId, clock, cooldownMs, emit }: WakeUpOptions,
  state: WakeUpState,
  { code, delivery, message: reason, retryAfterMs = 0 }: A2AError,
): void {
  state.failures += 1;
  // A JSON-RPC error of a message that has not arrived: the agent does not take such messages at all.
  const isRefusal =
    code === "rpc_error" || (delivery === "maybe" && (code === "agent_error" || code === "platform_error"));
  state.refusals = isRefusal ? state.refusals + 1 : 0;
  const pauseMs = cooldownMs * Math.min(2 ** (state.failures - 1), MAX_COOLDOWNS);
  const askedMs = Math.min(retryAfterMs, cooldownMs * MAX_COOLDOWNS);
  state.quietUntil = clock.now() + Math.max(pauseMs, askedMs);
  if (shouldReport(state.failures)) {
    emit({
      type: "delegations.announce_failed",
      workspaceId,
      consecutive: state.failures,
      code,
      reason,
    });
  }
}

function emitGivenUp({ workspaceId, emit }: WakeUpOptions, consecutive: number): void {
  const reason = `The process ended ${consecutive} times while the agent was told of these results, so it is not told again.`;
  emit({ type: "delegations.announce_failed", workspaceId, consecutive, code: "reply_lost", reason });
}

/**
 * True when the agent has the message, whatever its answer was. So it is after a timeout: an agent works for minutes,
 * and the platform does not stop it when nobody waits for the answer.
 */
function hasArrived({ code, delivery }: A2AError): boolean {
  return delivery === "confirmed" || (delivery === "maybe" && code === "timeout");
}
