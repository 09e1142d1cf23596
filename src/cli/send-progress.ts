import type { A2AEvent, Delivery } from "a2a-peers";
import type { CliIo } from "./io";
import { startProgress } from "./progress";

/** Follows one send by its events: shows what is happening, and knows whether the peer may have the message. */
export interface SendProgress {
  onEvent(event: A2AEvent): void;
  /** Starts to show a send to the peer, as the command line names it. */
  start(label: string): void;
  rename(label: string): void;
  stop(): void;
  /** Whether the peer may have the message now. */
  readonly mayHave: boolean;
  readonly messageId: string | undefined;
}

interface State {
  readonly startedAt: number;
  /** The peer, as the user calls it. */
  label: string;
  /** Number of the attempt; 0 before the first. */
  attempt: number;
  isUnderWay: boolean;
  worst: Delivery;
  activity: string;
  /** Time at which the next attempt begins, as of `performance.now()`. */
  retryAt: number | undefined;
  reason: string;
  messageId: string | undefined;
}

export function createSendProgress(io: CliIo): SendProgress {
  const state: State = {
    startedAt: performance.now(),
    label: "",
    attempt: 0,
    isUnderWay: false,
    worst: "not-sent",
    activity: "looking for the peer",
    retryAt: undefined,
    reason: "",
    messageId: undefined,
  };
  let progress: ReturnType<typeof startProgress> | undefined;
  return {
    onEvent(event) {
      if (apply(state, event)) progress?.note(describe(state));
      else progress?.refresh();
    },
    start(label) {
      state.label = label;
      progress = startProgress(io, () => describe(state));
    },
    rename(label) {
      state.label = label;
      progress?.refresh();
    },
    stop: () => progress?.stop(),
    get mayHave() {
      return state.isUnderWay || state.worst !== "not-sent";
    },
    get messageId() {
      return state.messageId;
    },
  };
}

/** Takes an event into the state. True when the change is worth a line. */
function apply(state: State, event: A2AEvent): boolean {
  switch (event.type) {
    case "send.attempt_started":
      state.messageId = event.messageId;
      state.attempt = event.attempt;
      state.isUnderWay = true;
      state.retryAt = undefined;
      state.activity = "waiting for the reply";
      return false;
    case "send.attempt_failed":
      state.isUnderWay = false;
      if (state.worst === "not-sent" || event.delivery === "confirmed") state.worst = event.delivery;
      // The line begins with the name already.
      state.reason = event.reason.replace(/^Peer ".*" \([\da-f-]{36}\) /, "it ").replace(/\.$/, "");
      return false;
    case "send.retry":
      state.attempt = event.attempt;
      state.retryAt = performance.now() + event.delayMs;
      return true;
    case "send.waiting":
      state.activity = "waiting for a free connection";
      return true;
    case "recovery_gate.closed":
      state.activity = `waiting until the ${event.peerId === undefined ? "platform" : "peer"} answers again`;
      return true;
    case "rate_limit.used_up":
      state.activity = `waiting ${seconds(event.resetInMs)} for the rate limit of the platform`;
      return true;
    default:
      return false;
  }
}

function describe({ startedAt, label, attempt, activity, retryAt, reason }: State): string {
  const now = performance.now();
  const doing =
    retryAt === undefined
      ? activity
      : `retrying in ${seconds(Math.max(0, retryAt - now))} because: ${reason}`;
  const facts = [label, seconds(now - startedAt), ...(attempt > 0 ? [`attempt ${attempt}`] : [])];
  return `${facts.join(", ")}: ${doing}`;
}

const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;
