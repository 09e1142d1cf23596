import type { DelegationsEvent, HeartbeatEvent } from "../../events";
import { formatDuration } from "../../text/format";
import { because, inARow, type Lines } from "../line";

/** The events of heartbeats, without those about results. */
type BeatEvent = Exclude<HeartbeatEvent, DelegationsEvent>;

export const HEARTBEAT_LINES: Lines<BeatEvent> = {
  "heartbeat.sent": {
    level: "debug",
    sentence: ({ elapsedMs }) => `The platform took a beat in ${formatDuration(elapsedMs)}.`,
  },
  "heartbeat.failed": {
    level: "warn",
    sentence: ({ consecutive, reason }) => `A beat failed${inARow(consecutive)}: ${because(reason)}.`,
  },
  "heartbeat.overdue": {
    level: "error",
    sentence: ({ silentMs, reason }) =>
      `No beat was taken for ${formatDuration(silentMs)}, and after 90 s the workspace counts as offline: ${because(reason)}.`,
  },
  "heartbeat.unauthorized": {
    level: "error",
    sentence: ({ consecutive, reason }) =>
      `The platform refuses the token of the workspace${inARow(consecutive)}, which needs another one: ${because(reason)}.`,
  },
  "heartbeat.removed": {
    level: "error",
    sentence: ({ reason }) => `The workspace was deleted and its heartbeat has stopped: ${because(reason)}.`,
  },
  "heartbeat.registered_again": {
    level: "info",
    sentence: ({ outageMs, reason }) =>
      `The workspace was registered again${outageMs === 0 ? "" : ` after ${formatDuration(outageMs)} without a beat`}: ${because(reason)}.`,
  },
  "heartbeat.register_failed": {
    level: "warn",
    sentence: ({ consecutive, reason }) =>
      `The workspace could not be registered again${inARow(consecutive)}: ${because(reason)}.`,
  },
  "heartbeat.paused": {
    level: "info",
    sentence: () => "An operator has paused the workspace; beats go on.",
  },
  "heartbeat.resumed": { level: "info", sentence: () => "The workspace is no longer paused." },
  "heartbeat.secret_stored": {
    level: "info",
    sentence: () => "A new secret for requests of the platform was stored.",
  },
  "heartbeat.store_failed": {
    level: "error",
    sentence: ({ reason }) =>
      `The secret for requests of the platform could not be stored: ${because(reason)}.`,
  },
  "heartbeat.duplicate": {
    level: "warn",
    sentence: () => "Another heartbeat of this process beats for the same workspace; one is enough.",
  },
  "heartbeat.provider_failed": {
    level: "warn",
    sentence: ({ option, reason }) =>
      `Beats go out without the value of the option ${option}: ${because(reason)}.`,
  },
  "storage.not_flushed": {
    level: "warn",
    sentence: ({ reason }) => `A power failure may lose what was stored last: ${because(reason)}.`,
  },
};
