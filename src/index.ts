/**
 * The client: peers, messages, tasks, delegations and registration, and the events of all entries.
 *
 * @module a2a-peers
 */

// Adding a line here is an API decision: what is exported has to be kept.
export { type A2AClient, createA2AClient } from "./client/client";
export type {
  A2AClientOptions,
  EnricherOptions,
  LimitOptions,
  RetryOptions,
  TimeoutOptions,
} from "./client/options";
export type { Conversation } from "./conversation/conversation";
export type { ConversationOptions, ConversationSendOptions } from "./conversation/options";
export type { DelegateOptions, DelegationReceipt } from "./delegation/delegate";
export type { Delegation } from "./delegation/delegation-record";
export {
  A2AError,
  type A2AErrorCode,
  type A2AErrorFacts,
  type Delivery,
  isA2AError,
  settle,
} from "./errors";
export type {
  A2AEvent,
  AgentEvent,
  AgentInboxFailed,
  AgentReceived,
  AgentRepeated,
  AgentRequestRefused,
  AgentSettled,
  AgentUnsignedAccepted,
  ClientEvent,
  DelegationsAnnounced,
  DelegationsAnnounceFailed,
  DelegationsDelivered,
  DelegationsDropped,
  DelegationsEvent,
  DelegationsForeignSource,
  DelegationsHeldElsewhere,
  DelegationsLookFailed,
  DelegationsMalformed,
  DelegationsNotifyFailed,
  DelegationsPossibleGap,
  DelegationsStoreFailed,
  EnricherDropped,
  EnricherFailed,
  HeartbeatDuplicate,
  HeartbeatEvent,
  HeartbeatFailed,
  HeartbeatOverdue,
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
  InboxAcknowledged,
  InboxCursorLost,
  InboxDeadLetter,
  InboxDelivered,
  InboxEvent,
  InboxHeldElsewhere,
  InboxMalformed,
  InboxPollFailed,
  InboxReceived,
  InboxRetry,
  InboxSkipped,
  InboxStoreFailed,
  RateLimitUsedUp,
  RecoveryGateClosed,
  RecoveryGateOpened,
  RegistrationWarning,
  SendAttemptFailed,
  SendAttemptStarted,
  SendRetry,
  SendSettled,
  SendWaiting,
  StorageNotFlushed,
  Telemetry,
  TokenRefreshed,
  TokenStoreFailed,
  TraceContext,
} from "./events";
export { fileToken, type TokenSource } from "./identity/token-source";
export type { WorkspaceCredentials, WorkspaceLookup } from "./identity/workspace-lookup";
export {
  type AskingInbox,
  type DelegateTaskOptions,
  type DelegatingClient,
  delegateTask,
  runDelegateTask,
} from "./messaging/delegate-task";
export type { FanOutOptions } from "./messaging/fan-out/options";
export type { FanOutResult } from "./messaging/fan-out/result";
export type { FilePart, Outcome, SendOutcome, SendReport } from "./messaging/outcome";
export type { MessagePart, OutgoingMessage } from "./messaging/outgoing-message";
export type { SendOptions } from "./messaging/send-options";
export type { ToolResult } from "./messaging/tool-result";
export { toToolText } from "./messaging/tool-text";
export type { Attachment } from "./notify/attachment";
export type { NotifyOptions } from "./notify/notify";
export { displayName } from "./peers/display-name";
export type { EnricherStats, PeerEnricher } from "./peers/enricher/enricher";
export type { ListPeersOptions, PeerList, PeerListDiagnostic } from "./peers/list";
export type { PeerRecord } from "./peers/record";
export type { WorkspaceInfo } from "./peers/workspace-info";
export type { AgentCard, AgentSkill } from "./registration/agent-card";
export type { RegistrationResult } from "./registration/registration-result";
export type { Registration } from "./registration/resolve-registration";
export type { RequestOptions } from "./requests/options";
export type { PlatformResponse } from "./requests/response";
export type { Clock } from "./runtime/clock";
export type { HttpMethod } from "./transport/http/http";
export type { TlsOptions } from "./transport/http/tls";
export type { CallOptions, DeliveryMode } from "./validation/options";
export { parsePeerId } from "./validation/peer-id";
export type { WaitOptions } from "./validation/wait-options";
