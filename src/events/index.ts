import type {
  EnricherDropped,
  EnricherFailed,
  RegistrationWarning,
  SendAttemptFailed,
  SendAttemptStarted,
  SendRetry,
  SendSettled,
  SendWaiting,
  TokenRefreshed,
  TokenStoreFailed,
} from "./client";
import type {
  DelegationsAnnounced,
  DelegationsAnnounceFailed,
  DelegationsDelivered,
  DelegationsDropped,
  DelegationsForeignSource,
  DelegationsHeldElsewhere,
  DelegationsLookFailed,
  DelegationsMalformed,
  DelegationsNotifyFailed,
  DelegationsPossibleGap,
  DelegationsStoreFailed,
} from "./delegations";
import type {
  HeartbeatDuplicate,
  HeartbeatFailed,
  HeartbeatPaused,
  HeartbeatProviderFailed,
  HeartbeatRegisteredAgain,
  HeartbeatRegisterFailed,
  HeartbeatRemoved,
  HeartbeatResumed,
  HeartbeatSecretStored,
  HeartbeatSent,
  HeartbeatStoreFailed,
  HeartbeatUnauthorized,
  StorageNotFlushed,
} from "./heartbeat";
import type {
  InboxAcknowledged,
  InboxCursorLost,
  InboxDeadLetter,
  InboxDelivered,
  InboxHeldElsewhere,
  InboxMalformed,
  InboxPollFailed,
  InboxRetry,
  InboxSkipped,
  InboxStoreFailed,
} from "./inbox";

export type {
  EnricherDropped,
  EnricherFailed,
  RegistrationWarning,
  SendAttemptFailed,
  SendAttemptStarted,
  SendRetry,
  SendSettled,
  SendWaiting,
  TokenRefreshed,
  TokenStoreFailed,
} from "./client";
export type {
  DelegationsAnnounced,
  DelegationsAnnounceFailed,
  DelegationsDelivered,
  DelegationsDropped,
  DelegationsForeignSource,
  DelegationsHeldElsewhere,
  DelegationsLookFailed,
  DelegationsMalformed,
  DelegationsNotifyFailed,
  DelegationsPossibleGap,
  DelegationsStoreFailed,
} from "./delegations";
export type {
  HeartbeatDuplicate,
  HeartbeatFailed,
  HeartbeatPaused,
  HeartbeatProviderFailed,
  HeartbeatRegisteredAgain,
  HeartbeatRegisterFailed,
  HeartbeatRemoved,
  HeartbeatResumed,
  HeartbeatSecretStored,
  HeartbeatSent,
  HeartbeatStoreFailed,
  HeartbeatUnauthorized,
  StorageNotFlushed,
} from "./heartbeat";
export { type Emit, safeHook } from "./hook";
export type {
  InboxAcknowledged,
  InboxCursorLost,
  InboxDeadLetter,
  InboxDelivered,
  InboxHeldElsewhere,
  InboxMalformed,
  InboxPollFailed,
  InboxRetry,
  InboxSkipped,
  InboxStoreFailed,
} from "./inbox";

/** The events passed to the `onEvent` of a heartbeat. */
export type HeartbeatEvent =
  | HeartbeatSent
  | HeartbeatFailed
  | HeartbeatUnauthorized
  | HeartbeatRemoved
  | HeartbeatRegisteredAgain
  | HeartbeatRegisterFailed
  | HeartbeatPaused
  | HeartbeatResumed
  | HeartbeatSecretStored
  | HeartbeatStoreFailed
  | HeartbeatDuplicate
  | HeartbeatProviderFailed
  | StorageNotFlushed
  | DelegationsDelivered
  | DelegationsAnnounced
  | DelegationsAnnounceFailed
  | DelegationsNotifyFailed
  | DelegationsLookFailed
  | DelegationsForeignSource
  | DelegationsMalformed
  | DelegationsPossibleGap
  | DelegationsDropped
  | DelegationsHeldElsewhere
  | DelegationsStoreFailed;

/** The events passed to the `onEvent` of an inbox. */
export type InboxEvent =
  | InboxDelivered
  | InboxAcknowledged
  | InboxRetry
  | InboxDeadLetter
  | InboxSkipped
  | InboxMalformed
  | InboxCursorLost
  | InboxPollFailed
  | InboxHeldElsewhere
  | InboxStoreFailed;

/** The events passed to `onEvent` of the client. Minor versions may add types. */
export type A2AEvent =
  | SendAttemptStarted
  | SendWaiting
  | SendAttemptFailed
  | SendRetry
  | SendSettled
  | TokenRefreshed
  | TokenStoreFailed
  | RegistrationWarning
  | EnricherFailed
  | EnricherDropped
  | HeartbeatEvent
  | InboxEvent;
