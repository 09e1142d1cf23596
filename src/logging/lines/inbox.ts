import type { InboxEvent } from "../../events";
import { formatDuration } from "../../text/format";
import { because, count, inARow, type Lines } from "../line";

const sender = (senderId: string | null): string => (senderId === null ? "the user" : `peer ${senderId}`);

export const INBOX_LINES: Lines<InboxEvent> = {
  "inbox.received": {
    level: "debug",
    sentence: ({ senderId }) => `A message of ${sender(senderId)} waits in the inbox.`,
  },
  "inbox.delivered": {
    level: "debug",
    sentence: ({ senderId, attempt }) =>
      `A message of ${sender(senderId)} was handed over${attempt === 1 ? "" : `, for attempt ${attempt}`}.`,
  },
  "inbox.acknowledged": {
    level: "debug",
    sentence: ({ id }) => `Message ${id} is done and does not come again.`,
  },
  "inbox.retry": {
    level: "warn",
    sentence: ({ id, attempt, delayMs, reason }) =>
      `Attempt ${attempt} at message ${id} failed, and it comes again in ${formatDuration(delayMs)}: ${because(reason)}.`,
  },
  "inbox.dead_letter": {
    level: "error",
    sentence: ({ id, attempts, reason }) =>
      `Message ${id} was set aside after ${count(attempts, "attempt")}: ${because(reason)}.`,
  },
  "inbox.skipped": {
    level: "debug",
    sentence: (event) =>
      `${count(event.count, "row")} of the inbox ${event.count === 1 ? "was" : "were"} passed over as ${event.reason}.`,
  },
  "inbox.malformed": {
    level: "warn",
    sentence: (event) => `${count(event.count, "row")} of the inbox could not be understood.`,
  },
  "inbox.cursor_lost": {
    level: "info",
    sentence: () =>
      "The platform has deleted the row after which the inbox reads on, which now reads on by time.",
  },
  "inbox.poll_failed": {
    level: "warn",
    sentence: ({ consecutive, reason }) =>
      `The inbox could not be read${inARow(consecutive)}: ${because(reason)}.`,
  },
  "inbox.held_elsewhere": {
    level: "warn",
    sentence: ({ reason }) =>
      `Another process reads the inbox of this workspace until it ends: ${because(reason)}.`,
  },
  "inbox.store_failed": {
    level: "error",
    sentence: ({ consecutive, reason }) =>
      `What was handled could not be stored, and a restart would hand it over again${inARow(consecutive)}: ${because(reason)}.`,
  },
};
