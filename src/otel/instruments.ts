import type { InboxDepth } from "../events";
import type { Attributes, Meter, ObservableResult } from "./api";
import { INBOX_STATE, WORKSPACE_ID } from "./names";

/** Seconds, from a message of one machine to the longest budget of a send. */
const DURATION_BUCKETS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600];

/** What is measured of one client. */
export interface Instruments {
  /** A call of the client that took so many milliseconds. */
  clientCall(elapsedMs: number, attributes: Attributes): void;
  /** The work on a message that took so many milliseconds. */
  serverCall(elapsedMs: number, attributes: Attributes): void;
  attempt(attributes: Attributes): void;
  /** Reports the depth of an inbox until the function that is returned is called. */
  watchInbox(workspaceId: string, read: () => InboxDepth): () => void;
}

/** What is observed once more of an inbox that has ended: exporters repeat the last value of a gauge. */
const readNothing = (): InboxDepth => ({ waiting: 0, inFlight: 0 });

export function createInstruments(meter: Meter): Instruments {
  const duration = (name: string, description: string) =>
    meter.createHistogram(name, {
      unit: "s",
      description,
      advice: { explicitBucketBoundaries: DURATION_BUCKETS },
    });
  const client = duration("a2a.client.operation.duration", "Duration of A2A requests, with their retries.");
  const server = duration("a2a.server.operation.duration", "Duration of the work on A2A messages.");
  const attempts = meter.createCounter("a2a_peers.client.attempts", {
    unit: "{attempt}",
    description: "Attempts of sends that have ended.",
  });
  /** By workspace, of which one inbox at a time reads. */
  const inboxes = new Map<string, () => InboxDepth>();
  const depth = meter.createObservableGauge("a2a_peers.inbox.messages", {
    unit: "{message}",
    description: "Messages that an inbox holds.",
  });
  const observe = (result: ObservableResult) => {
    for (const [workspaceId, read] of inboxes) {
      const { waiting, inFlight } = read();
      result.observe(waiting, { [WORKSPACE_ID]: workspaceId, [INBOX_STATE]: "waiting" });
      result.observe(inFlight, { [WORKSPACE_ID]: workspaceId, [INBOX_STATE]: "in_flight" });
      if (read === readNothing) inboxes.delete(workspaceId);
    }
    // The meter outlives the client, and would keep it. Not at once: it goes through its list of callbacks now.
    if (inboxes.size === 0) queueMicrotask(release);
  };
  const release = () => {
    if (inboxes.size === 0) depth.removeCallback(observe);
  };
  return {
    clientCall: (elapsedMs, attributes) => client.record(elapsedMs / 1000, attributes),
    serverCall: (elapsedMs, attributes) => server.record(elapsedMs / 1000, attributes),
    attempt: (attributes) => attempts.add(1, attributes),
    watchInbox(workspaceId, read) {
      if (inboxes.size === 0) depth.addCallback(observe);
      inboxes.set(workspaceId, read);
      return () => {
        if (inboxes.get(workspaceId) === read) inboxes.set(workspaceId, readNothing);
      };
    },
  };
}
