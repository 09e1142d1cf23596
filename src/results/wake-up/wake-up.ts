import type { A2AError } from "../../errors";
import type { Emit, HeartbeatEvent } from "../../events";
import { shouldReport } from "../../events/thinning";
import type { Clock } from "../../runtime/clock";
import { newId } from "../../runtime/ids";
import { LockHeldError } from "../../storage/lock";
import type { PendingWakeUp, UnannouncedResult } from "../results-journal";
import type { ResultsStore } from "../results-store";

export interface WakeUpOptions {
  workspaceId: string;
  clock: Clock;
  inbox: ResultsStore;
  cooldownMs: number;
  emit: Emit<HeartbeatEvent>;
  /** Sends the message to the own agent. Resolves to what went wrong, if anything did. */
  send(results: readonly UnannouncedResult[], messageId: string): Promise<A2AError | undefined>;
  /** Told of a failure to remember. */
  onStoreFailed(error: unknown): void;
}

/** Wakes the agent for results that came home: one message at a time, and not more than one in each cooldown. */
export interface WakeUp {
  /** Announces what is to be announced, at once or when the cooldown ends. */
  kick(): void;
  /** Plans nothing any more, until the next kick. Resolves when what is under way has ended. */
  halt(): Promise<void>;
}

/** A failing announcement is tried again after the cooldown, then after twice, four times … up to this many times it. */
const LONGEST_PAUSES = 10;

/** An agent that answers with a status of its own has the message, and may have worked on it each time. */
const MOST_REFUSALS = 3;

/** A process that ended so often while the agent was told may have ended because of it. */
const MOST_UNFINISHED = 3;

export function createWakeUp(options: WakeUpOptions): WakeUp {
  const { workspaceId, clock, inbox, cooldownMs, emit, send, onStoreFailed } = options;
  let underWay: Promise<void> | undefined;
  let failures = 0;
  let refusals = 0;
  let quietUntil = Number.NEGATIVE_INFINITY;
  let stopTimer: (() => void) | undefined;
  let halts = 0;

  function kick(): void {
    if (underWay !== undefined || stopTimer !== undefined || inbox.state.unannounced.length === 0) return;
    keepCooldownOfBefore();
    const wait = quietUntil - clock.now();
    if (wait > 0) {
      stopTimer = clock.setTimer(
        () => {
          stopTimer = undefined;
          kick();
        },
        wait,
        true,
      );
      return;
    }
    const round = halts;
    const over = () => {
      underWay = undefined;
      if (round === halts) kick();
    };
    // It rejects when it is called off; what it was about is remembered.
    underWay = announce(round).then(over, over);
  }

  /** An earlier process may have begun a cooldown; it is measured by the only clock that goes on without it. */
  function keepCooldownOfBefore(): void {
    const { toldAt } = inbox.state;
    if (toldAt === undefined || quietUntil !== Number.NEGATIVE_INFINITY) return;
    const since = Math.max(0, Date.now() - toldAt);
    quietUntil = clock.now() + Math.max(0, cooldownMs - since);
  }

  /** The one that was begun before, or one for all that wait. */
  async function begin(): Promise<PendingWakeUp> {
    const { announcement, unannounced } = inbox.state;
    const begun = announcement ?? { messageId: newId(), ids: unannounced.map(({ id }) => id), unfinished: 0 };
    quietUntil = clock.now() + cooldownMs;
    await remember({ ...begun, unfinished: begun.unfinished + 1 }, []);
    return begun;
  }

  async function announce(round: number): Promise<void> {
    const announcement = await begin();
    const { messageId, ids, unfinished } = announcement;
    const wanted = new Set(ids);
    const results = inbox.state.unannounced.filter(({ id }) => wanted.has(id));
    const mayTell = unfinished < MOST_UNFINISHED;
    const error = results.length > 0 && mayTell ? await send(results, messageId) : undefined;
    if (round !== halts) return;
    if (error !== undefined && !hasArrived(error)) {
      noteFailure(error);
      if (refusals < MOST_REFUSALS) {
        await remember({ ...announcement, unfinished: 0 }, []);
        return;
      }
    } else if (!mayTell) {
      noteGivenUp(unfinished);
    } else if (results.length > 0) {
      emit({ type: "delegations.announced", workspaceId, messageId, delegationIds: [...ids] });
    }
    failures = 0;
    refusals = 0;
    await remember(undefined, ids);
  }

  function noteGivenUp(consecutive: number): void {
    const reason = `The process ended ${consecutive} times while the agent was told of these results, so it is not told again.`;
    emit({ type: "delegations.announce_failed", workspaceId, consecutive, code: "reply_lost", reason });
  }

  function noteFailure({ code, delivery, message: reason, retryAfterMs = 0 }: A2AError): void {
    failures += 1;
    const isAgents = delivery === "maybe" && (code === "agent_error" || code === "platform_error");
    refusals = isAgents ? refusals + 1 : 0;
    const pause = cooldownMs * Math.min(2 ** (failures - 1), LONGEST_PAUSES);
    const hint = Math.min(retryAfterMs, cooldownMs * LONGEST_PAUSES);
    quietUntil = clock.now() + Math.max(pause, hint);
    if (shouldReport(failures)) {
      emit({ type: "delegations.announce_failed", workspaceId, consecutive: failures, code, reason });
    }
  }

  async function remember(announcement: PendingWakeUp | undefined, done: readonly string[]): Promise<void> {
    const over = new Set(done);
    try {
      await inbox.note((state) => ({
        ...state,
        announcement,
        toldAt: announcement === undefined ? state.toldAt : Date.now(),
        unannounced: state.unannounced.filter(({ id }) => !over.has(id)),
      }));
    } catch (error) {
      onStoreFailed(error);
      // Then it is somebody else's to tell.
      if (error instanceof LockHeldError) throw error;
    }
  }

  return {
    kick,
    async halt() {
      halts += 1;
      stopTimer?.();
      stopTimer = undefined;
      await underWay;
    },
  };
}

/**
 * The agent has the message, whatever became of its answer. Also when time was up: an agent works for minutes, and the
 * platform does not call it off because nobody waits any more.
 */
function hasArrived({ code, delivery }: A2AError): boolean {
  return delivery === "confirmed" || (delivery === "maybe" && code === "timeout");
}
