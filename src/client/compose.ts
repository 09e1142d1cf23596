import type { DelegationContext } from "../delegation/delegate";
import { type A2AError, settle } from "../errors";
import { type A2AEvent, safeHook } from "../events";
import { createWorkspaces, type Workspace } from "../identity/workspaces";
import { type MessagingContext, sendA2AMessage } from "../messaging/send";
import type { PeersContext } from "../peers/context";
import { createDirectory } from "../peers/directory";
import { discoverPeer } from "../peers/discover";
import { createPeerCache } from "../peers/enricher/cache";
import { createEnricher } from "../peers/enricher/enricher";
import { fetchPeerList } from "../peers/list";
import { getWorkspaceInfo } from "../peers/workspace-info";
import type { HostLookup } from "../registration/host-lookup";
import { createLastRegistrations } from "../registration/last-registration";
import { type RegistrationContext, registerAgain } from "../registration/register";
import { createTokenStore } from "../registration/token-store";
import type { Clock } from "../runtime/clock";
import type { Machine } from "../runtime/machine";
import { configurationFolder, createStateFolder } from "../storage/state-folder";
import { createCalls } from "../transport/call";
import { createHttp } from "../transport/http/http";
import { joinPool } from "../transport/http/pool";
import { createExecute } from "../transport/request/execute";
import type { BackgroundLimits, ClientInternals, SelfMessage, WorkspaceStatus } from "./internals";
import type { ResolvedOptions } from "./options";

/** Connections for everything but messages; these calls are short. */
const CONTROL_CONNECTIONS = 8;

/** Gives every room of a client what it needs, and nothing else. */
export function composeClient(
  clock: Clock,
  resolved: ResolvedOptions,
  machine: Machine,
  lookup: HostLookup | undefined,
) {
  const { platformUrl } = resolved;
  const emit = safeHook<A2AEvent>(resolved.onEvent);
  const workspaces = createWorkspaces(resolved.workspaces, clock, (workspaceId) =>
    emit({ type: "token.refreshed", workspaceId }),
  );
  const directory = createDirectory();
  const calls = createCalls(clock);
  const exchange = createExecute({
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
  const memory = createPeerCache({
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
    cache: memory,
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
    handedOut: new Set(),
  };
  const folderOf = (workspace: Workspace, stateDir?: string) => {
    const root = stateDir ?? configurationFolder(machine);
    if (root === undefined) return undefined;
    return createStateFolder(root, workspace.id, workspace === workspaces.default, machine);
  };
  const store = createTokenStore({
    clock,
    emit,
    pathOf(workspace) {
      const folder = folderOf(workspace);
      if (workspace.tokenFile === undefined) folder?.claim();
      return folder?.path(".auth_token");
    },
  });
  const registration: RegistrationContext = {
    ...shared,
    requestMs: resolved.requestMs,
    pool: pools.control,
    emit,
    deployMode: resolved.deployMode,
    untold: resolved.deployModeWarning === undefined ? [] : [resolved.deployModeWarning],
    lookup,
    store,
    lookUp: (options) => getWorkspaceInfo(peers, options),
    recordOf: createLastRegistrations(),
  };

  async function messageSelf(
    workspace: Workspace,
    { text, messageId, metadata }: SelfMessage,
    { timeoutMs, signal }: BackgroundLimits,
  ): Promise<A2AError | undefined> {
    const options = {
      source: workspace.id,
      allowSelf: true,
      messageId,
      metadata,
      delivery: "at-most-once",
      budgetMs: timeoutMs,
      timeoutMs,
      signal,
    } as const;
    const sent = await settle(sendA2AMessage(messaging, workspace.id, text, options, true));
    return sent.ok ? undefined : sent.error;
  }

  async function standingOf(workspace: Workspace, limits: BackgroundLimits): Promise<WorkspaceStatus> {
    const info = await settle(getWorkspaceInfo(peers, { source: workspace.id, ...limits }, true));
    if (info.ok) return { status: info.value.status };
    return info.error.code === "workspace_removed" ? { removed: info.error.message } : {};
  }

  const onClose = new Set<() => void | Promise<void>>();
  let closing: Promise<void> | undefined;
  function close(): Promise<void> {
    enricher.close();
    const endings = [...onClose].map((end) => end());
    closing ??= Promise.all([calls.close(), ...endings])
      .then(store.close)
      .then(() => {
        pools.control.leave();
        pools.messages.leave();
      });
    return closing;
  }

  const internals: ClientInternals = {
    ...shared,
    controlPool: pools.control,
    clock,
    random: resolved.random,
    emit,
    env: machine.env,
    requests: delegation,
    outstanding: delegation.handedOut,
    onClose,
    stateFolderFor: folderOf,
    messageSelf,
    lookUpStatus: standingOf,
    async registerAgain(workspace, limits) {
      const again = await settle(registerAgain(registration, { source: workspace.id, ...limits }));
      return again.ok && again.value === undefined ? undefined : again;
    },
  };
  return { peers, messaging, delegation, registration, directory, enricher, internals, close };
}
