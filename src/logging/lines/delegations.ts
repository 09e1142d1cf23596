import type { DelegationsEvent } from "../../events";
import { because, count, inARow, type Lines } from "../line";

export const DELEGATIONS_LINES: Lines<DelegationsEvent> = {
  "delegations.delivered": {
    level: "info",
    sentence: ({ delegationIds }) =>
      `${count(delegationIds.length, "result")} of delegations can be read from the results file.`,
  },
  "delegations.announced": {
    level: "debug",
    sentence: ({ delegationIds }) =>
      `The agent was told of ${count(delegationIds.length, "result")} of delegations.`,
  },
  "delegations.announce_failed": {
    level: "warn",
    sentence: ({ consecutive, reason }) =>
      `The agent could not be told of results of delegations${inARow(consecutive)}: ${because(reason)}.`,
  },
  "delegations.notify_failed": {
    level: "warn",
    sentence: ({ reason }) => `A result of a delegation could not be shown to the user: ${because(reason)}.`,
  },
  "delegations.look_failed": {
    level: "warn",
    sentence: ({ consecutive, reason }) =>
      `The delegations of the workspace could not be read${inARow(consecutive)}: ${because(reason)}.`,
  },
  "delegations.foreign_source": {
    level: "warn",
    sentence: ({ delegationId }) =>
      `The platform listed delegation ${delegationId} of another workspace, which was left.`,
  },
  "delegations.malformed": {
    level: "warn",
    sentence: (event) => `${count(event.count, "row")} of the list of delegations could not be understood.`,
  },
  "delegations.possible_gap": {
    level: "warn",
    sentence: () => "More delegations may have ended between two reads than the platform lists.",
  },
  "delegations.dropped": {
    level: "error",
    sentence: (event) =>
      `${count(event.count, "unread result")} of delegations had to be dropped because the results file was full.`,
  },
  "delegations.held_elsewhere": {
    level: "warn",
    sentence: ({ reason }) =>
      `Another heartbeat collects the results of this workspace until it ends: ${because(reason)}.`,
  },
  "delegations.store_failed": {
    level: "error",
    sentence: ({ consecutive, reason }) =>
      `Results of delegations could not be stored and wait in memory${inARow(consecutive)}: ${because(reason)}.`,
  },
};
