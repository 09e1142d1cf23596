import type { DelegateOptions, DelegationReceipt } from "../delegation/delegate";
import type { Delegation } from "../delegation/parse-delegations";
import type { WaitOptions } from "../delegation/wait";
import type { SendOutcome } from "../messaging/outcome";
import type { OutgoingMessage } from "../messaging/outgoing-message";
import type { SendOptions } from "../messaging/send-options";
import type { PeerEnricher } from "../peers/enricher/enricher";
import type { ListPeersOptions, PeerList } from "../peers/list";
import type { PeerRecord } from "../peers/record";
import type { WorkspaceInfo } from "../peers/workspace-info";
import type { AgentCard } from "../registration/agent-card";
import { type HostLookup, systemLookup } from "../registration/host-lookup";
import type { RegistrationResult } from "../registration/registration-result";
import type { Registration } from "../registration/resolve-registration";
import { type Clock, systemClock } from "../runtime/clock";
import { getMachine } from "../runtime/machine";
import type { CallOptions } from "../validation/options";
import { composeClient } from "./compose";
import { attachInternals } from "./internals";
import type { A2AClientOptions } from "./options";
import { resolveOptions } from "./resolve-options";
import { createTracer } from "./tracing";

/**
 * One workspace's (or several workspaces') way to its peers. Methods do not use `this` and can be handed around
 * singly. Every failure is an `A2AError`; a caller's own abort rejects with the signal's reason, unchanged.
 */
export interface A2AClient extends AsyncDisposable {
  /**
   * Asks the platform for one peer.
   * Throws `peer_not_found`, `access_denied`, `peer_unavailable`, `unauthorized`, `wrong_tenant`, `rate_limited`,
   * `network`, `timeout`, `platform_error` or `bad_response`; transient ones only after its repeats.
   */
  discoverPeer(peerId: string, options?: CallOptions): Promise<PeerRecord>;
  /**
   * Sends a message to a peer over the platform and waits for what becomes of it: a reply, a place in the peer's
   * queue, a question back, or an unfinished task. Transient failures are repeated inside one budget.
   */
  sendA2AMessage(
    peerId: string,
    message: string | OutgoingMessage,
    options?: SendOptions,
  ): Promise<SendOutcome>;
  /** Lists the peers of the workspace. A platform that refuses or is away shows in `diagnostic`, not as an error. */
  listPeers(options?: ListPeersOptions): Promise<PeerList>;
  /** The own workspace as the platform knows it. Throws `workspace_removed` when it was deleted. */
  getWorkspaceInfo(options?: CallOptions): Promise<WorkspaceInfo>;
  /** Whether the own workspace may talk to the peer. */
  checkAccess(peerId: string, options?: CallOptions): Promise<boolean>;
  /**
   * Announces the workspace to the platform: in push mode with the URL of its agent, else in poll mode. A first
   * registration brings a token, which is used at once and stored where the next start looks for it. Changes of one
   * workspace, `updateAgentCard` among them, are made in the order in which they were asked for.
   * Throws `invalid_argument` for a `url` the platform would not take, before anything is sent, `workspace_removed`
   * for a workspace that was deleted, `unauthorized` for one whose token is not known here, and `bad_request` with the
   * platform's reason for anything else it refuses.
   */
  register(registration: Registration, options?: CallOptions): Promise<RegistrationResult>;
  /** Replaces the whole card of the workspace. May be repeated. Does not bring a workspace online: `register` does. */
  updateAgentCard(card: AgentCard, options?: CallOptions): Promise<void>;
  /**
   * Hands a task to a peer in the platform's keeping: under one idempotency key it runs once, however often the call
   * is repeated. The result is fetched later; whether the peer could be reached shows only there.
   */
  delegate(peerId: string, task: string, options?: DelegateOptions): Promise<DelegationReceipt>;
  /** What has become of the work handed out, newest first. */
  listDelegations(options?: CallOptions): Promise<Delegation[]>;
  /** Waits until a delegation is completed or failed; a failed one is an answer too. */
  waitForDelegation(delegationId: string, options?: WaitOptions): Promise<Delegation>;
  /** Shows a message to the human behind the workspace. */
  notifyUser(message: string, options?: CallOptions): Promise<void>;
  /** Who a peer is, from memory and without waiting. */
  readonly enricher: PeerEnricher;
  /** Where the platform describes the peer; `""` for an invalid id. */
  agentCardUrl(peerId: string): string;
  /** The peer's name, if a list or a discovery has told it. Untrusted text. */
  peerName(peerId: string): string | undefined;
  /**
   * Ends the client: calls under way reject with `closed`, later ones too. Resolves once nothing of it is left:
   * no call, no timer, no listener.
   */
  close(): Promise<void>;
}

/**
 * Creates a client. Options are read and checked here, once; nothing is sent before the first call.
 * Throws `configuration`, naming the option or environment variable that is wrong.
 *
 * @example
 * const client = createA2AClient({ platformUrl: "http://localhost:8080", workspaceId, token });
 * const { text } = await client.sendA2AMessage(peerId, "Summarise the report");
 */
export function createA2AClient(options: A2AClientOptions = {}): A2AClient {
  return createClientOn(systemClock, options);
}

/** Creates a client with a clock, and a host lookup, of the caller's own. For tests. */
export function createClientOn(
  clock: Clock,
  options: A2AClientOptions,
  lookup: HostLookup | undefined = systemLookup(),
): A2AClient {
  const machine = getMachine();
  const resolved = resolveOptions(options, machine);
  const composed = composeClient(resolved, { clock, machine, lookup });
  const { peers, messaging, delegation, registration, close } = composed;
  const { trace, tracePeer } = createTracer();
  const client: A2AClient = {
    discoverPeer: tracePeer("discoverPeer", peers.discoverPeer),
    sendA2AMessage: tracePeer("sendA2AMessage", messaging.sendA2AMessage),
    listPeers: trace("listPeers", peers.listPeers),
    getWorkspaceInfo: trace("getWorkspaceInfo", peers.getWorkspaceInfo),
    checkAccess: tracePeer("checkAccess", peers.checkAccess),
    register: trace("register", registration.register),
    updateAgentCard: trace("updateAgentCard", registration.updateAgentCard),
    delegate: tracePeer("delegate", delegation.delegate),
    listDelegations: trace("listDelegations", delegation.listDelegations),
    waitForDelegation: trace("waitForDelegation", delegation.waitForDelegation),
    notifyUser: trace("notifyUser", delegation.notifyUser),
    enricher: peers.enricher,
    agentCardUrl: peers.agentCardUrl,
    peerName: peers.peerName,
    close,
    [Symbol.asyncDispose]: close,
  };
  return attachInternals(client, composed.internals);
}
