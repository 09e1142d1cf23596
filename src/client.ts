import {
  type DelegateOptions,
  type DelegationContext,
  type DelegationReceipt,
  delegate,
} from "./delegation/delegate";
import type { Delegation } from "./delegation/delegation";
import { listDelegations } from "./delegation/list";
import { notifyUser } from "./delegation/notify";
import { type WaitOptions, waitForDelegation } from "./delegation/wait";
import { settle } from "./errors";
import { type A2AEvent, safeHook } from "./events";
import { configurationFolder } from "./identity/credentials";
import { parsePeerId } from "./identity/workspace-id";
import { createWorkspaces, type Workspace } from "./identity/workspaces";
import { attachInternals, type BackgroundLimits } from "./internals";
import type { SendOutcome } from "./messaging/outcome";
import type { OutgoingMessage } from "./messaging/outgoing";
import { type MessagingContext, type SendOptions, sendA2AMessage } from "./messaging/send";
import { type A2AClientOptions, resolveOptions } from "./options";
import { checkAccess } from "./peers/access";
import type { PeersContext } from "./peers/context";
import { createDirectory } from "./peers/directory";
import { discoverPeer } from "./peers/discover";
import { createEnricher, type PeerEnricher } from "./peers/enricher/enricher";
import { createMemory } from "./peers/enricher/memory";
import { fetchPeerList, type ListPeersOptions, listPeers, type PeerList } from "./peers/list";
import type { PeerRecord } from "./peers/record";
import { getWorkspaceInfo, type WorkspaceInfo } from "./peers/workspace-info";
import {
  type Registration,
  type RegistrationContext,
  type RegistrationResult,
  register,
} from "./registration/register";
import { thisMachine } from "./runtime";
import { createTracer } from "./tracing";
import { createCalls } from "./transport/call";
import { type Clock, systemClock } from "./transport/clock";
import { createExchange } from "./transport/exchange";
import { createHttp } from "./transport/http";
import { joinPool } from "./transport/pool";
import type { CallOptions } from "./validate";

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
   * registration brings a token, which is used at once and stored in the configuration folder.
   */
  register(registration: Registration, options?: CallOptions): Promise<RegistrationResult>;
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

/** Connections for everything but messages; these calls are short. */
const CONTROL_CONNECTIONS = 8;

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

/** The same with a clock of one's own, for tests. */
export function createClientOn(clock: Clock, options: A2AClientOptions): A2AClient {
  const machine = thisMachine();
  const resolved = resolveOptions(options, machine);
  const { platformUrl } = resolved;
  const emit = safeHook<A2AEvent>(resolved.onEvent);
  const workspaces = createWorkspaces(resolved.workspaces, (workspaceId) =>
    emit({ type: "token.refreshed", workspaceId }),
  );
  const directory = createDirectory();
  const calls = createCalls(clock);
  const exchange = createExchange({
    platformUrl,
    tenant: resolved.tenant,
    policy: resolved.retry,
    random: resolved.random,
    http: createHttp({
      platformUrl,
      custom: resolved.fetch,
      maxBytes: resolved.responseBytes,
      clock,
    }),
  });
  const pools = {
    control: joinPool("control", CONTROL_CONNECTIONS),
    messages: joinPool("messages", resolved.maxConcurrentSends),
  };
  const shared = { workspaces, calls, exchange };
  const memory = createMemory({
    ttlMs: resolved.enricher.ttlMs,
    maxPeers: resolved.enricher.maxPeers,
    defaultWorkspace: workspaces.default,
    clock,
  });
  const peers: PeersContext = {
    ...shared,
    platformUrl,
    requestMs: resolved.requestMs,
    pool: pools.control,
    directory,
    memory,
  };
  const inBackground = (workspace: Workspace) => ({ source: workspace.id, timeoutMs: resolved.enrichMs });
  const enricher = createEnricher({
    ...resolved.enricher,
    requestMs: resolved.requestMs,
    workspaces,
    memory,
    calls,
    clock,
    emit,
    routeTo: directory.routeTo,
    discover: (workspace, peerId) => discoverPeer(peers, peerId, inBackground(workspace), true),
    list: async (workspace) => (await fetchPeerList(peers, inBackground(workspace), true)).peers,
  });
  const messaging: MessagingContext = {
    ...shared,
    delivery: resolved.delivery,
    budgetMs: resolved.budgetMs,
    sendMs: resolved.sendMs,
    requestBytes: resolved.requestBytes,
    pool: pools.messages,
    emit,
    peers: directory,
  };

  const delegation: DelegationContext = {
    ...shared,
    requestMs: resolved.requestMs,
    requestBytes: resolved.requestBytes,
    pool: pools.control,
    peers: directory,
  };
  const stateFile = (workspace: Workspace, name: string, stateDir?: string) => {
    const folder = stateDir ?? configurationFolder(machine);
    if (folder === undefined) return undefined;
    return machine.join(folder, ...(workspace === workspaces.default ? [] : [workspace.id]), name);
  };
  const registration: RegistrationContext = {
    ...shared,
    requestMs: resolved.requestMs,
    pool: pools.control,
    emit,
    tokenPath: (workspace) => stateFile(workspace, ".auth_token"),
    last: new Map(),
  };

  async function removalOf(workspace: Workspace, limits: BackgroundLimits): Promise<string | undefined> {
    const info = await settle(getWorkspaceInfo(peers, { source: workspace.id, ...limits }, true));
    return !info.ok && info.error.code === "workspace_removed" ? info.error.message : undefined;
  }

  async function registerAgain(workspace: Workspace, limits: BackgroundLimits) {
    const last = registration.last.get(workspace);
    if (last === undefined) return "unknown";
    const again = await settle(register(registration, last, { source: workspace.id, ...limits }, true));
    return again.ok ? "registered" : "failed";
  }

  const onClose = new Set<() => void>();
  let closing: Promise<void> | undefined;
  function close(): Promise<void> {
    enricher.close();
    for (const end of onClose) end();
    closing ??= calls.close().then(() => {
      pools.control.leave();
      pools.messages.leave();
    });
    return closing;
  }

  const traced = createTracer();
  const client: A2AClient = {
    discoverPeer: (peerId, callOptions) =>
      traced({ operation: "discoverPeer", peerId }, () => discoverPeer(peers, peerId, callOptions)),
    sendA2AMessage: (peerId, message, sendOptions) =>
      traced({ operation: "sendA2AMessage", peerId }, () =>
        sendA2AMessage(messaging, peerId, message, sendOptions),
      ),
    listPeers: (listOptions) => traced({ operation: "listPeers" }, () => listPeers(peers, listOptions)),
    getWorkspaceInfo: (callOptions) =>
      traced({ operation: "getWorkspaceInfo" }, () => getWorkspaceInfo(peers, callOptions)),
    checkAccess: (peerId, callOptions) =>
      traced({ operation: "checkAccess", peerId }, () => checkAccess(peers, peerId, callOptions)),
    register: (registrationOf, callOptions) =>
      traced({ operation: "register" }, () => register(registration, registrationOf, callOptions)),
    delegate: (peerId, task, delegateOptions) =>
      traced({ operation: "delegate", peerId }, () => delegate(delegation, peerId, task, delegateOptions)),
    listDelegations: (callOptions) =>
      traced({ operation: "listDelegations" }, () => listDelegations(delegation, callOptions)),
    waitForDelegation: (delegationId, waitOptions) =>
      traced({ operation: "waitForDelegation" }, () =>
        waitForDelegation(delegation, delegationId, waitOptions),
      ),
    notifyUser: (message, callOptions) =>
      traced({ operation: "notifyUser" }, () => notifyUser(delegation, message, callOptions)),
    agentCardUrl(peerId) {
      const id = parsePeerId(peerId);
      return id === null ? "" : `${platformUrl}/registry/discover/${id}`;
    },
    peerName(peerId) {
      const id = parsePeerId(peerId);
      return id === null ? undefined : directory.nameOf(id);
    },
    enricher,
    close,
    [Symbol.asyncDispose]: close,
  };
  return attachInternals(client, {
    ...shared,
    controlPool: pools.control,
    clock,
    random: resolved.random,
    emit,
    onClose,
    stateFile,
    removalOf,
    registerAgain,
  });
}
