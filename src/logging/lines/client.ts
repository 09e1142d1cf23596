import type { Delivery } from "../../errors";
import type { ClientEvent } from "../../events";
import { formatDuration } from "../../text/format";
import { because, count, type Lines } from "../line";

const WHO_HAS_IT: Record<Delivery, string> = {
  "not-sent": "the peer does not have the message",
  maybe: "the peer may have the message",
  confirmed: "the peer has the message",
};

const subject = (peerId: string | undefined): string =>
  peerId === undefined ? "The platform" : `Peer ${peerId}`;

export const CLIENT_LINES: Lines<ClientEvent> = {
  "send.attempt_started": {
    level: "debug",
    sentence: ({ attempt, peerId }) => `Attempt ${attempt} of a message to peer ${peerId} is being sent.`,
  },
  "send.waiting": {
    level: "warn",
    sentence: ({ peerId, waitedMs }) =>
      `A message to peer ${peerId} has waited ${formatDuration(waitedMs)} for a place among the concurrent sends.`,
  },
  "send.attempt_failed": {
    level: "info",
    sentence: ({ attempt, peerId, reason, delivery }) =>
      `Attempt ${attempt} of a message to peer ${peerId} failed, and ${WHO_HAS_IT[delivery]}: ${because(reason)}.`,
  },
  "send.retry": {
    level: "info",
    sentence: ({ attempt, peerId, delayMs }) =>
      `Attempt ${attempt} of a message to peer ${peerId} follows in ${formatDuration(delayMs)}.`,
  },
  "send.settled": {
    level: ({ ok, outcome }) => (ok || outcome === "aborted" ? "debug" : "warn"),
    sentence: ({ peerId, ok, outcome, attempts, elapsedMs }) =>
      `A message to peer ${peerId} ended ${ok ? "with" : "without an answer, as"} ${outcome}, after ${count(attempts, "attempt")} and ${formatDuration(elapsedMs)}.`,
  },
  "token.refreshed": {
    level: "info",
    sentence: () => "A token that the platform refused was replaced by another one.",
  },
  "token.store_failed": {
    level: "error",
    sentence: ({ reason }) =>
      `A new token could not be stored and would be lost by a restart: ${because(reason)}.`,
  },
  "registration.warning": {
    level: "warn",
    sentence: ({ reason }) => `The workspace is registered, with a problem: ${because(reason)}.`,
  },
  "recovery_gate.closed": {
    level: ({ peerId }) => (peerId === undefined ? "error" : "warn"),
    sentence: ({ peerId, reason }) =>
      `${subject(peerId)} counts as down, and one attempt at a time is made: ${because(reason)}.`,
  },
  "recovery_gate.opened": {
    level: "info",
    sentence: ({ peerId, closedMs }) => `${subject(peerId)} answers again after ${formatDuration(closedMs)}.`,
  },
  "rate_limit.used_up": {
    level: "warn",
    sentence: ({ resetInMs }) =>
      `The rate limit of the platform is used up, and all requests but beats wait ${formatDuration(resetInMs)}.`,
  },
  "enricher.failed": {
    level: "info",
    sentence: ({ peerId, reason }) =>
      `${peerId === undefined ? "The peers of the workspace" : `Peer ${peerId}`} could not be looked up in the background: ${because(reason)}.`,
  },
  "enricher.dropped": {
    level: "info",
    sentence: ({ dropped }) =>
      `${count(dropped, "lookup")} of peers ${dropped === 1 ? "was" : "were"} dropped because too many waited.`,
  },
};
