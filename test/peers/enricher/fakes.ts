import { A2AError, type A2AErrorCode, type A2AEvent, type PeerRecord } from "a2a-peers";
import { createWorkspaces, type Workspace } from "../../../src/identity/workspaces";
import { createPeerCache, type PeerCache } from "../../../src/peers/enricher/cache";
import { type ClosableEnricher, createEnricher } from "../../../src/peers/enricher/enricher";
import { createCalls } from "../../../src/transport/calls";
import { OWN, SECOND } from "../../helpers/ids";
import { type CountingClock, countingClock } from "./counting-clock";
import type { Limits } from "./limits";

/** A request of the enricher that the test resolves or rejects. */
export interface PendingRequest {
  workspace: Workspace;
  /** Absent for the peer list. */
  peerId?: string;
  resolve(records: readonly PeerRecord[]): void;
  reject(error: unknown): void;
}

export interface Fakes {
  enricher: ClosableEnricher;
  cache: PeerCache;
  clock: CountingClock;
  workspaces: readonly Workspace[];
  events: A2AEvent[];
  /** Requests in flight, in the order of their start. */
  pending: PendingRequest[];
}

/** Creates an enricher of two workspaces whose requests reach no platform but the test. */
export function createFakes(limits: Limits): Fakes {
  const clock = countingClock();
  const credentials = [OWN, SECOND].map((id) => ({ id, sources: [] }));
  const workspaces = createWorkspaces(credentials, clock, () => {});
  const cache = createPeerCache({ ...limits, isDefault: workspaces.isDefault, clock });
  const events: A2AEvent[] = [];
  const pending: PendingRequest[] = [];

  function request(workspace: Workspace, peerId?: string): Promise<readonly PeerRecord[]> {
    return new Promise((resolve, reject) => {
      const remove = () => pending.splice(pending.indexOf(entry), 1);
      const entry: PendingRequest = {
        workspace,
        ...(peerId === undefined ? {} : { peerId }),
        resolve(records) {
          remove();
          resolve(records);
        },
        reject(error) {
          remove();
          reject(error);
        },
      };
      pending.push(entry);
    });
  }

  const enricher = createEnricher({
    ...limits,
    requestMs: 10_000,
    workspaces,
    cache,
    calls: createCalls(clock),
    clock,
    emit: (event) => events.push(event),
    getRoute: () => undefined,
    async discover(workspace, peerId) {
      const [record] = await request(workspace, peerId);
      return record as PeerRecord;
    },
    list: (workspace) => request(workspace),
  });
  return { enricher, cache, clock, workspaces: workspaces.all, events, pending };
}

export const createError = (code: A2AErrorCode, retryAfterMs?: number): A2AError =>
  new A2AError({ code, message: code, retryAfterMs });
