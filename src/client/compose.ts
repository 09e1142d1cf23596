import { createDelegation } from "../delegation/delegation";
import { createWorkspaceEvents } from "../event-stream/workspace-events";
import { safeHooks } from "../events";
import type { Workspace } from "../identity/workspaces";
import { createMessaging } from "../messaging/messaging";
import { type NotifyOptions, notifyUser } from "../notify/notify";
import { createPeers } from "../peers/peers";
import type { HostLookup } from "../registration/host-lookup";
import { createRegistration } from "../registration/registration";
import type { RequestOptions } from "../requests/options";
import { request } from "../requests/request";
import type { Clock } from "../runtime/clock";
import type { Machine } from "../runtime/machine";
import { hasFileSystem } from "../storage/file-system";
import { configurationFolder, createStateFolder } from "../storage/state-folder";
import { createTasks } from "../tasks/tasks";
import type { HttpMethod } from "../transport/http/http";
import type { ClientInternals } from "./internals";
import type { ResolvedOptions } from "./resolve-options";
import { createSharedServices } from "./shared-services";

/** What a client takes from the machine it runs on. */
export interface Environment {
  readonly clock: Clock;
  readonly machine: Machine;
  /** Resolves host names; `undefined` where the runtime has no DNS. */
  readonly lookup: HostLookup | undefined;
}

/** Creates the parts of a client and connects them. */
export function composeClient(options: ResolvedOptions, { clock, machine, lookup }: Environment) {
  const observer = options.telemetry?.observe({
    platformUrl: options.platformUrl,
    peerName: (peerId) => peers.peerName(peerId),
  });
  const listeners = [options.logger, observer?.onEvent];
  const shared = createSharedServices(options, clock, listeners);
  const { workspaces, calls, execute, pool, beatPool, messagePool, emit } = shared;

  function stateFolderFor(workspace: Workspace, stateDir?: string) {
    const root = stateDir ?? configurationFolder(machine);
    if (root === undefined || !hasFileSystem()) return undefined;
    return createStateFolder(root, workspace.id, workspaces.isDefault(workspace), machine);
  }

  const { platformUrl, tenant, random, tls, fetch: customFetch } = options;
  const workspaceEvents = createWorkspaceEvents({
    platformUrl,
    tenant,
    customFetch,
    tls,
    clock,
    random,
    requests: shared.background,
  });
  const peers = createPeers(shared, options);
  const messaging = createMessaging(shared, peers.directory, options, observer);
  const delegation = createDelegation(shared, workspaceEvents, peers.directory, options);
  const tasks = createTasks(shared, peers.directory);
  const registration = createRegistration(shared, {
    deployMode: options.deployMode,
    deployModeWarning: options.deployModeWarning,
    lookup,
    stateFolderFor,
    getWorkspaceInfo: peers.getWorkspaceInfo,
  });

  const onClose: ClientInternals["onClose"] = new Set();
  let closing: Promise<void> | undefined;
  function close(): Promise<void> {
    closing ??= end();
    return closing;
  }
  async function end(): Promise<void> {
    peers.enricher.close();
    workspaceEvents.close();
    const callbacks = [...onClose].map((callback) => callback());
    await Promise.all([...callbacks, calls.close()]);
    await registration.close();
    shared.leavePlatform();
    pool.close();
    beatPool.close();
    messagePool.close();
  }

  const internals: ClientInternals = {
    workspaces,
    calls,
    execute,
    beatPool,
    clock,
    random,
    emit,
    emitTo: (onEvent) => (onEvent === undefined ? emit : safeHooks(onEvent, ...listeners)),
    observer,
    env: machine.env,
    requests: shared,
    platformUrl,
    workspaceEvents,
    outstanding: delegation.outstanding,
    onDelegated: delegation.onDelegated,
    onClose,
    stateFolderFor,
    messageSelf: messaging.messageSelf,
    lookUpStatus: peers.lookUpStatus,
    registrationOf: registration.registrationOf,
    registerAgain: registration.registerAgain,
  };
  return {
    peers,
    messaging,
    tasks,
    conversationContext: { workspaces, suggestPeers: peers.directory.suggestPeers },
    delegation,
    registration,
    notifyUser: (message: string, options?: NotifyOptions) => notifyUser(shared, message, options),
    request: (method: HttpMethod, path: string, options?: RequestOptions) =>
      request(shared, method, path, options),
    internals,
    close,
  };
}
