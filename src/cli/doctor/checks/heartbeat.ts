import { createHeartbeat } from "a2a-peers/heartbeat";
import { type Facts, isPolling, PROBE_ACTIVELY } from "../facts";
import { blocked, broken, type Finding, ok, skipped } from "../finding";

/**
 * Whether the platform takes beats. A beat replaces all that an agent reports of itself, and makes a workspace online:
 * so one is sent only when it is asked for, while no agent beats, and where the messages that may come then are kept.
 */
export async function checkHeartbeat(facts: Facts): Promise<Finding> {
  const { client, record, isTokenAccepted, options } = facts;
  if (client === undefined || record === undefined || isTokenAccepted !== true) {
    return blocked("One is sent once the workspace is registered and its token accepted.");
  }
  const { status } = record;
  if (status === "online" || status === "degraded") {
    return ok(
      "The platform hears the agent. None is sent from here: it would replace what the agent reports.",
    );
  }
  if (status !== "awaiting_agent" && status !== "offline") {
    return skipped(`None is sent to a workspace that is ${status}.`);
  }
  if (!isPolling(facts)) return skipped("None is sent: it would show an agent as online that does not run.");
  if (!options.active) {
    return skipped("None is sent unasked: it shows the workspace as online for 90 s.", PROBE_ACTIVELY);
  }
  const { ok: isTaken, elapsedMs, error } = await createHeartbeat(client, { delegations: false }).beat();
  return isTaken
    ? ok(`The platform took one in ${elapsedMs} ms; the workspace shows as online for 90 s now.`)
    : broken(error?.message ?? "The platform did not take one.", "a2a-peers heartbeat --once");
}
