import type { AgentEvent } from "../../events";
import { formatDuration } from "../../text/format";
import { because, count, type Lines } from "../line";

export const AGENT_LINES: Lines<AgentEvent> = {
  "agent.received": {
    level: "debug",
    sentence: ({ messageId, senderId }) =>
      `Work on message ${messageId}${senderId === null ? "" : ` of peer ${senderId}`} begins.`,
  },
  "agent.repeated": {
    level: "debug",
    sentence: ({ messageId, state }) => `Message ${messageId} came again; its first delivery is ${state}.`,
  },
  "agent.settled": {
    level: ({ state }) => (state === "failed" ? "warn" : "debug"),
    sentence: ({ messageId, state, elapsedMs, reason }) =>
      `Work on message ${messageId} is ${state} after ${formatDuration(elapsedMs)}${reason === undefined ? "" : `: ${because(reason)}`}.`,
  },
  "agent.request_refused": {
    level: "warn",
    sentence: (event) =>
      `${count(event.count, "request")} to the agent ${event.count === 1 ? "was" : "were"} refused as ${event.reason}.`,
  },
  "agent.unsigned_accepted": {
    level: "warn",
    sentence: () =>
      "The agent accepts requests without a signature, so whoever reaches its URL can send to it.",
  },
  "agent.inbox_failed": {
    level: "error",
    sentence: ({ reason }) => `The agent receives no messages any more: ${because(reason)}.`,
  },
};
