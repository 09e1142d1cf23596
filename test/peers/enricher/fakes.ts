import { A2AError, type A2AErrorCode, type A2AEvent, type PeerRecord } from "a2a-peers";
import { createWorkspaces, type Workspace } from "../../../src/identity/workspaces";
import { createPeerCache, type PeerCache } from "../../../src/peers/enricher/cache";
import { type ClosableEnricher, createEnricher } from "../../../src/peers/enricher/enricher";
import { createCalls } from "../../../src/transport/call";
import { OWN, SECOND } from "../../helpers/ids";
import { type CountingClock, countingClock } from "./world";

export interface Limits {
  ttlMs: number;
  failureTtlMs: number;
  maxPeers: number;
  workers: number;
  maxQueued: number;
}

/** The defaults of the options. */
export const LIMITS: Limits = {
  ttlMs: 300_000,
  failureTtlMs: 30_000,
  maxPeers: 1024,
  workers: 2,
  maxQueued: 256,
};

/** A question that waits for the test to answer it. */
export interface OpenQuestion {
  workspace: Workspace;
  /** Absent for the peer list. */
  peerId?: string;
  answer(records: readonly PeerRecord[]): void;
  refuse(error: unknown): void;
}

export interface Fakes {
  enricher: ClosableEnricher;
  cache: PeerCache;
  clock: CountingClock;
  workspaces: readonly Workspace[];
  events: A2AEvent[];
  /** Questions under way, in the order in which they were asked. */
  open: OpenQuestion[];
}

/** An enricher of two workspaces without a platform: the test answers by hand. */
export function fakes(limits: Limits): Fakes {
  const clock = countingClock();
  const credentials = [OWN, SECOND].map((id) => ({ id, sources: [] }));
  const workspaces = createWorkspaces(credentials, clock, () => {});
  const cache = createPeerCache({ ...limits, defaultWorkspace: workspaces.default, clock });
  const events: A2AEvent[] = [];
  const open: OpenQuestion[] = [];

  function ask(workspace: Workspace, peerId?: string): Promise<readonly PeerRecord[]> {
    return new Promise((resolve, reject) => {
      const over = () => open.splice(open.indexOf(question), 1);
      const question: OpenQuestion = {
        workspace,
        ...(peerId === undefined ? {} : { peerId }),
        answer(records) {
          over();
          resolve(records);
        },
        refuse(error) {
          over();
          reject(error);
        },
      };
      open.push(question);
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
      const [record] = await ask(workspace, peerId);
      return record as PeerRecord;
    },
    list: (workspace) => ask(workspace),
  });
  return { enricher, cache, clock, workspaces: workspaces.all, events, open };
}

export const errorOf = (code: A2AErrorCode, retryAfterMs?: number): A2AError =>
  new A2AError({ code, message: code, retryAfterMs });
