import type { Workspace } from "../identity/workspaces";
import type { SharedServices } from "../transport/request/shared-services";
import type { BackgroundLimits, CallOptions } from "../validation/options";
import { parsePeerId } from "../validation/peer-id";
import { checkAccess } from "./access";
import type { PeersContext } from "./context";
import { createDirectory } from "./directory";
import { discoverPeer } from "./discover";
import { createPeerCache } from "./enricher/cache";
import { createEnricher } from "./enricher/enricher";
import { fetchPeerList, type ListPeersOptions, listPeers } from "./list";
import { getWorkspaceInfo } from "./workspace-info";
import { lookUpStatus } from "./workspace-status";

export interface PeersOptions {
  /** Timeout of one background request of the enricher, in milliseconds. */
  enrichMs: number;
  enricher: { ttlMs: number; failureTtlMs: number; maxPeers: number; workers: number; maxQueued: number };
}

/** Finding peers: discovery, lists, access, the own workspace, and the enricher with its cache. */
export function createPeers(shared: SharedServices, { enrichMs, enricher: limits }: PeersOptions) {
  const { platformUrl, workspaces, clock } = shared;
  const directory = createDirectory();
  const { ttlMs, maxPeers } = limits;
  const cache = createPeerCache({ ttlMs, maxPeers, isDefault: workspaces.isDefault, clock });
  const context: PeersContext = { ...shared, directory, cache };
  const enrichOptions = (workspace: Workspace) => ({ source: workspace.id, timeoutMs: enrichMs });
  // The enricher itself stores what it requests: an invalidation in the meantime keeps the record out.
  const mode = { background: true, updateCache: false };
  const enricher = createEnricher({
    ...shared,
    ...limits,
    cache,
    getRoute: directory.getRoute,
    discover: (workspace, peerId) => discoverPeer(context, peerId, enrichOptions(workspace), mode),
    list: async (workspace) => (await fetchPeerList(context, enrichOptions(workspace), mode)).peers,
  });
  return {
    discoverPeer: (peerId: string, options?: CallOptions) => discoverPeer(context, peerId, options),
    listPeers: (options?: ListPeersOptions) => listPeers(context, options),
    getWorkspaceInfo: (options?: CallOptions) => getWorkspaceInfo(context, options),
    checkAccess: (peerId: string, options?: CallOptions) => checkAccess(context, peerId, options),
    agentCardUrl(peerId: string): string {
      const id = parsePeerId(peerId);
      return id === null ? "" : `${platformUrl}/registry/discover/${id}`;
    },
    peerName(peerId: string): string | undefined {
      const id = parsePeerId(peerId);
      return id === null ? undefined : directory.getName(id);
    },
    lookUpStatus: (workspace: Workspace, background: BackgroundLimits) =>
      lookUpStatus(context, workspace, background),
    directory,
    enricher,
  };
}
