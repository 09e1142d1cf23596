import { type Conversation, createConversations } from "../conversation/conversation";
import type { ConversationOptions } from "../conversation/options";
import type { DelegateOptions, DelegationReceipt } from "../delegation/delegate";
import type { Delegation } from "../delegation/delegation-record";
import type { FanOutOptions } from "../messaging/fan-out/options";
import type { FanOutResult } from "../messaging/fan-out/result";
import type { SendOutcome } from "../messaging/outcome";
import type { OutgoingMessage } from "../messaging/outgoing-message";
import type { SendOptions } from "../messaging/send-options";
import type { NotifyOptions } from "../notify/notify";
import type { PeerEnricher } from "../peers/enricher/enricher";
import type { ListPeersOptions, PeerList } from "../peers/list";
import type { PeerRecord } from "../peers/record";
import type { WorkspaceInfo } from "../peers/workspace-info";
import type { AgentCard } from "../registration/agent-card";
import { type HostLookup, systemLookup } from "../registration/host-lookup";
import type { RegistrationResult } from "../registration/registration-result";
import type { Registration } from "../registration/resolve-registration";
import type { RequestOptions } from "../requests/options";
import type { PlatformResponse } from "../requests/response";
import { type Clock, systemClock } from "../runtime/clock";
import { getMachine } from "../runtime/machine";
import type { HttpMethod } from "../transport/http/http";
import type { CallOptions } from "../validation/options";
import type { WaitOptions } from "../validation/wait-options";
import { composeClient } from "./compose";
import { attachInternals } from "./internals";
import type { A2AClientOptions } from "./options";
import { resolveOptions } from "./resolve-options";
import { createTracer } from "./tracing";

/**
 * A client of the platform for one workspace, or for several. Methods do not use `this` and may be passed around on
 * their own. Every failure is an `A2AError`; after an abort by the caller a call rejects with the signal's reason.
 */
export interface A2AClient extends AsyncDisposable {
  /**
   * Fetches the record of one peer, from the peer list where the peer is online without a URL (poll mode).
   * Throws `peer_not_found`, `access_denied`, `peer_unavailable`, `unauthorized`, `wrong_tenant`, `rate_limited`,
   * `network`, `timeout`, `platform_error` or `bad_response`; transient failures are retried first.
   */
  discoverPeer(peerId: string, options?: CallOptions): Promise<PeerRecord>;
  /**
   * Sends a message to a peer through the platform and resolves to its outcome: a reply, a queued message, a question
   * of the peer, or an unfinished task. Transient failures are retried within one budget: `budgetMs` of the options,
   * else `retry.budgetMs` (600000). Throws an `A2AError` for every failure, whose `delivery` says whether the peer may
   * have the message, and `invalid_argument` or `too_large`, before anything is sent.
   */
  sendA2AMessage(
    peerId: string,
    message: string | OutgoingMessage,
    options?: SendOptions,
  ): Promise<SendOutcome>;
  /**
   * Sends one message to several peers, at most `concurrency` at once and within one `budgetMs`, until so many have
   * replied as `until` says; the other sends are cancelled. Resolves to what became of each, in the order of `peerIds`;
   * each message has an id of its own. Throws `invalid_argument`, before anything is sent, also for a peer named twice.
   */
  fanOut(
    peerIds: readonly string[],
    message: string | OutgoingMessage,
    options?: FanOutOptions,
  ): Promise<FanOutResult[]>;
  /**
   * Starts a conversation with a peer, or goes on with one: `send` carries its context, and the task that is open.
   * Sends nothing itself. Throws `invalid_argument`.
   */
  conversation(peerId: string, options?: ConversationOptions): Conversation;
  /**
   * Fetches a task that a peer has begun, as it is now, as the outcome of its message: a finished one is a `reply`.
   * `taskId` is that of an outcome; agents of this package also know a task by its `messageId`. `timeoutMs` is the whole
   * call, `timeouts.requestMs` (10000) by default; it is repeated freely. `messageId` of the outcome is that of this
   * request. Throws `task_failed` for a task that failed, was rejected or was canceled, `rpc_error` with the `rpcCode`
   * -32001 for one that the peer does not know, and `peer_unavailable` for a peer in poll mode, which answers no request.
   */
  getTask(peerId: string, taskId: string, options?: CallOptions): Promise<SendOutcome>;
  /**
   * Waits until a task is finished or asks back. Polls, also over an outage of the platform or the peer. `timeoutMs` is
   * the whole wait, 600000 by default. Throws `timeout` then, while the task goes on, and what `getTask` throws.
   */
  waitForTask(peerId: string, taskId: string, options?: WaitOptions): Promise<SendOutcome>;
  /**
   * Asks a peer to cancel a task. Resolves to a `reply` once it is canceled, also when it was before, and to the task as
   * it is when it ended first or is still being canceled (`working`). Repeated freely, as `getTask` is. Throws
   * `rpc_error` with the `rpcCode` -32002 for a task that cannot be canceled, most often because it has ended, and
   * what `getTask` throws.
   */
  cancelTask(peerId: string, taskId: string, options?: CallOptions): Promise<SendOutcome>;
  /**
   * Lists the peers of the workspace. A platform that refuses or cannot be reached is a `diagnostic`, not an error.
   * `timeoutMs` is the whole call, `timeouts.requestMs` (10000) by default. Throws `invalid_argument`, `configuration`
   * and `closed` alone.
   */
  listPeers(options?: ListPeersOptions): Promise<PeerList>;
  /**
   * Fetches the record of the own workspace. Throws `workspace_removed` when it was deleted, and what `discoverPeer`
   * throws.
   */
  getWorkspaceInfo(options?: CallOptions): Promise<WorkspaceInfo>;
  /** Resolves to true when the own workspace may send messages to the peer. Throws what `discoverPeer` throws. */
  checkAccess(peerId: string, options?: CallOptions): Promise<boolean>;
  /**
   * Registers the workspace with the platform: in push mode with the URL of its agent, else in poll mode. A first
   * registration brings a token, which is used at once and stored where the next start finds it. Registrations and
   * card updates of one workspace run in the order of their calls.
   * Throws `invalid_argument`, before anything is sent, for a `url` that the platform would refuse,
   * `workspace_removed` for a workspace that was deleted, `unauthorized` when the client does not have its token, and
   * `bad_request` with the platform's reason for anything else that the platform refuses.
   */
  register(registration: Registration, options?: CallOptions): Promise<RegistrationResult>;
  /**
   * Replaces the whole agent card of the workspace. Does not bring a workspace online: `register` does. Throws what
   * `register` throws.
   */
  updateAgentCard(card: AgentCard, options?: CallOptions): Promise<void>;
  /**
   * Delegates a task to a peer through the platform, which runs it once unless the connection ends before it has stored
   * the task, or the platform itself repeats it. `timeoutMs` is the whole call and defaults to the budget of a send
   * (`retry.budgetMs`). The result is fetched later, and so is the failure of a peer that cannot be reached. Throws as
   * `sendA2AMessage`: `delivery` says whether the platform may have the task.
   */
  delegate(peerId: string, task: string, options?: DelegateOptions): Promise<DelegationReceipt>;
  /**
   * Lists the delegations of the workspace, newest first. The platform lists about the last 25. Throws what
   * `discoverPeer` throws.
   */
  listDelegations(options?: CallOptions): Promise<Delegation[]>;
  /**
   * Fetches one delegation as it is now, with its whole result where it has one, also when it has left the list.
   * Throws `reply_lost` when the platform does not know it (any more).
   */
  getDelegation(delegationId: string, options?: CallOptions): Promise<Delegation>;
  /**
   * Resolves to a delegation with its whole result once it does not change any more: completed, failed, waiting for an
   * answer, or lost by the platform (`lost`). `timeoutMs` is the whole wait, 600000 by default. Throws `timeout`, and
   * `reply_lost` for a delegation that the platform cannot track.
   */
  waitForDelegation(delegationId: string, options?: WaitOptions): Promise<Delegation>;
  /**
   * Shows a message to the user of the workspace, with the files of `attachments`, which are uploaded first: at most
   * 25 MiB each and 50 MiB in all. `timeoutMs` is the whole call, 120000 by default where there are attachments.
   * Throws `invalid_argument` for a file that cannot be read, `too_large`, and `platform_error` for a platform that
   * takes no files of this workspace; the message is not sent then.
   */
  notifyUser(message: string, options?: NotifyOptions): Promise<void>;
  /**
   * Makes a request to any route of the platform, with the headers, the token and the limits of every other call.
   * `path` begins with "/", is encoded and stays below the platform URL: one with a "." or ".." segment, a fragment or a
   * control character is refused, encoded ones too. `timeoutMs` is the whole call with its retries,
   * `timeouts.requestMs` (10000) by default. `GET`, `HEAD`, `PUT` and `DELETE` are repeated after transient failures;
   * `POST` and `PATCH` only with `idempotent`, else after failures that surely carried nothing out. Resolves to a
   * success and throws for any other status, with the platform's reason; redirects are not followed.
   */
  request(method: HttpMethod, path: string, options?: RequestOptions): Promise<PlatformResponse>;
  /** Records of peers from a cache, without waiting. */
  readonly enricher: PeerEnricher;
  /** URL of the peer's record on the platform; `""` for an invalid id. */
  agentCardUrl(peerId: string): string;
  /** The peer's name, where an earlier list or discovery had it. Untrusted text. */
  peerName(peerId: string): string | undefined;
  /**
   * Closes the client: pending and later calls reject with `closed`. Resolves once no call, timer or listener of the
   * client is left.
   */
  close(): Promise<void>;
}

/**
 * Creates a client. Options and environment are read once, here. Sends nothing.
 * Throws `configuration`, naming the option or environment variable that is wrong.
 *
 * @example
 * const client = createA2AClient({ platformUrl: "http://localhost:8080", workspaceId, token });
 * const { text } = await client.sendA2AMessage(peerId, "Summarise the report");
 */
export function createA2AClient(options: A2AClientOptions = {}): A2AClient {
  return createClientOn(systemClock, options);
}

/** Creates a client with another default of the clock, and another host lookup. For tests. */
export function createClientOn(
  clock: Clock,
  options: A2AClientOptions,
  lookup: HostLookup | undefined = systemLookup(),
): A2AClient {
  const machine = getMachine();
  const resolved = resolveOptions(options, machine);
  const composed = composeClient(resolved, { clock: resolved.clock ?? clock, machine, lookup });
  const { peers, messaging, tasks, delegation, registration, close } = composed;
  const { trace, tracePeer } = createTracer(composed.internals.observer);
  const ofConversations = {
    sendA2AMessage: tracePeer("sendA2AMessage", messaging.sendA2AMessage),
    getTask: tracePeer("getTask", tasks.getTask),
    waitForTask: tracePeer("waitForTask", tasks.waitForTask),
  };
  const client: A2AClient = {
    ...ofConversations,
    discoverPeer: tracePeer("discoverPeer", peers.discoverPeer),
    fanOut: trace("fanOut", messaging.fanOut),
    conversation: createConversations(composed.conversationContext, ofConversations),
    cancelTask: tracePeer("cancelTask", tasks.cancelTask),
    listPeers: trace("listPeers", peers.listPeers),
    getWorkspaceInfo: trace("getWorkspaceInfo", peers.getWorkspaceInfo),
    checkAccess: tracePeer("checkAccess", peers.checkAccess),
    register: trace("register", registration.register),
    updateAgentCard: trace("updateAgentCard", registration.updateAgentCard),
    delegate: tracePeer("delegate", delegation.delegate),
    listDelegations: trace("listDelegations", delegation.listDelegations),
    getDelegation: trace("getDelegation", delegation.getDelegation),
    waitForDelegation: trace("waitForDelegation", delegation.waitForDelegation),
    notifyUser: trace("notifyUser", composed.notifyUser),
    request: trace("request", composed.request),
    enricher: peers.enricher,
    agentCardUrl: peers.agentCardUrl,
    peerName: peers.peerName,
    close,
    [Symbol.asyncDispose]: close,
  };
  return attachInternals(client, composed.internals);
}
