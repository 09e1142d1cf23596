/** The month of the platform release that is emulated. */
export type PlatformVersion = "2026-04" | "2026-05";

/**
 * What differs between the versions, one field for each difference. A rule reads the field it needs from
 * `state.differences`; no other file compares versions.
 */
export interface Differences {
  /** Registrations state a delivery mode and get it back; without delivery modes each one needs a URL. */
  readonly hasDeliveryModes: boolean;
  /** The responses to registrations and heartbeats have the inbound secret, and requests to agents are signed with it. */
  readonly hasInboundSecret: boolean;
  /** A registration's URL is checked before its token. */
  readonly checksUrlBeforeToken: boolean;
  /** A refused URL gets its reason, not `invalid request body`. */
  readonly explainsRefusedUrl: boolean;
  /** The statuses that a heartbeat alone turns into `online`. */
  readonly recoverableStatuses: readonly string[];
  /** The status of an external agent that sends nothing any more. */
  readonly staleExternalStatus: "offline" | "awaiting_agent";
  /** A removed workspace is answered with 410, unless `include_removed=true`; else with 200. */
  readonly hidesRemovedWorkspaces: boolean;
  /** A message that is not JSON is refused before the target's delivery mode and agent are looked up. */
  readonly parsesMessageFirst: boolean;
  /** How many redirects of an agent are followed; undefined follows none and passes the redirect on. */
  readonly maxAgentRedirects: number | undefined;
  /** Queued messages expire after their `expires_in_seconds`. */
  readonly hasQueueExpiry: boolean;
  /** `GET /workspaces/:id/a2a/queue/:queue_id` exists. */
  readonly hasQueueStatus: boolean;
  /** A queued message whose target is busy again is marked completed, and lost: a defect. */
  readonly losesRequeuedMessages: boolean;
  /**
   * The result of a delegation is lost when its text has a NUL, or its summary ends within a character: the database
   * refuses the row. A defect.
   */
  readonly losesUnstorableResults: boolean;
  /**
   * A delegation whose caller disconnects before its row is stored runs without one, so the same idempotency key runs
   * it again: a defect.
   */
  readonly runsUnstoredDelegations: boolean;
  /** A token that cannot be checked because the database is away is answered with 503; else it is invalid. */
  readonly reportsDatabaseErrors: boolean;
  /** A message to a hibernated workspace wakes it. Otherwise it stays hibernated, whatever the response says. */
  readonly wakesHibernated: boolean;
  /** A removed workspace with a URL is discovered, and gets messages. */
  readonly reachesRemovedWorkspaces: boolean;
  /** Activity is filtered by `peer_id`, `before_ts`, `since_secs` and `since_id`; else these are ignored. */
  readonly hasActivityCursors: boolean;
}

/** The differences by version. */
export const DIFFERENCES: Readonly<Record<PlatformVersion, Differences>> = {
  "2026-04": {
    hasDeliveryModes: false,
    hasInboundSecret: false,
    checksUrlBeforeToken: true,
    explainsRefusedUrl: false,
    recoverableStatuses: ["offline", "provisioning"],
    staleExternalStatus: "offline",
    hidesRemovedWorkspaces: false,
    parsesMessageFirst: false,
    maxAgentRedirects: 10,
    hasQueueExpiry: false,
    hasQueueStatus: false,
    losesRequeuedMessages: true,
    losesUnstorableResults: true,
    runsUnstoredDelegations: true,
    reportsDatabaseErrors: false,
    wakesHibernated: false,
    reachesRemovedWorkspaces: true,
    hasActivityCursors: false,
  },
  "2026-05": {
    hasDeliveryModes: true,
    hasInboundSecret: true,
    checksUrlBeforeToken: false,
    explainsRefusedUrl: true,
    recoverableStatuses: ["offline", "provisioning", "awaiting_agent", "failed"],
    staleExternalStatus: "awaiting_agent",
    hidesRemovedWorkspaces: true,
    parsesMessageFirst: true,
    maxAgentRedirects: undefined,
    hasQueueExpiry: true,
    hasQueueStatus: true,
    losesRequeuedMessages: false,
    losesUnstorableResults: false,
    runsUnstoredDelegations: false,
    reportsDatabaseErrors: true,
    wakesHibernated: true,
    reachesRemovedWorkspaces: false,
    hasActivityCursors: true,
  },
};
