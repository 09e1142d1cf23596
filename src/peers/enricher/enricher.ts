import type { Workspace, Workspaces } from "../../identity/workspaces";
import { type Call, type Calls, earlyEndError } from "../../transport/call";
import { TransportFailure } from "../../transport/failure";
import { type CallOptions, checkCallOptions } from "../../validation/options";
import { parsePeerId } from "../../validation/peer-id";
import type { PeerRecord } from "../record";
import type { CacheEntry } from "./cache";
import type { Job } from "./job-queue";
import { createRefresher, type RefresherContext } from "./refresher";

/**
 * Tells who a peer is, from memory and at once, and asks the platform in the background for what it does not know.
 * Nothing here keeps a process alive, except a `fetch` somebody waits for.
 */
export interface PeerEnricher {
  /**
   * What is known of the peer, or `null`. Never waits, never throws. A record that has grown old is still answered
   * while a new one is fetched; an unknown peer is fetched too, so that a later call knows it.
   */
  get(peerId: string, options?: { source?: string | undefined }): PeerRecord | null;
  /**
   * The same, but waits for a record that is being fetched. Answers what is known when the platform has no better
   * record, is away, or too many questions wait already. Rejects with the signal's reason when its caller gives up
   * (which ends nobody else's waiting), with `timeout`, or with `closed`.
   */
  fetch(peerId: string, options?: CallOptions): Promise<PeerRecord | null>;
  /** Resolves once no question waits or is being asked. */
  settled(): Promise<void>;
  /** Forgets what is known of the peer, also that it could not be found. */
  invalidate(peerId: string): void;
  stats(): EnricherStats;
}

export interface EnricherStats {
  /** Records in memory. */
  cached: number;
  /** Questions that nobody has taken up yet. */
  queued: number;
  /** Requests under way. */
  inFlight: number;
  /** Calls of `get` and `fetch` that found something in memory: a record, also an old one, or that there is none. */
  hits: number;
  /** Calls that found nothing in memory. */
  misses: number;
  /** Questions that were not asked because too many waited. */
  dropped: number;
}

export interface EnricherContext extends RefresherContext {
  /** One `fetch` by default, in milliseconds. */
  requestMs: number;
  workspaces: Workspaces;
  calls: Calls;
  routeTo(peerId: string): Workspace | undefined;
}

export interface ClosableEnricher extends PeerEnricher {
  close(): void;
}

/** A UUID; keys of other workspaces are longer, so no text can be taken for one. */
const ID_LENGTH = 36;

export function createEnricher(context: EnricherContext): ClosableEnricher {
  const { workspaces, memory } = context;
  const asking = createRefresher(context);
  let hits = 0;
  let misses = 0;
  let closed = false;

  function sourceFor(peerId: string): Workspace {
    return workspaces.all.length === 1 ? workspaces.default : (context.routeTo(peerId) ?? workspaces.default);
  }

  function get(peerId: string, options?: { source?: string | undefined }): PeerRecord | null {
    try {
      return closed || typeof peerId !== "string" ? null : look(peerId, options?.source);
    } catch {
      // A foreign source, or arguments that are none.
      return null;
    }
  }

  function look(peerId: string, source: string | undefined): PeerRecord | null {
    const named = workspaces.named(source);
    // Memory first: an id in its normal form, which is what pushes carry, needs no other check.
    if (peerId.length === ID_LENGTH) {
      const fresh = memory.fresh(memory.keyOf(named ?? sourceFor(peerId), peerId));
      if (fresh !== undefined) {
        hits += 1;
        return fresh;
      }
    }
    const id = parsePeerId(peerId);
    return id === null ? null : getSlowly(named ?? sourceFor(id), id);
  }

  function getSlowly(workspace: Workspace, id: string): PeerRecord | null {
    const key = memory.keyOf(workspace, id);
    const known = memory.get(key);
    count(known);
    if (!known.settled) asking.request(key, workspace, id);
    return known.record;
  }

  function count({ settled, record }: CacheEntry): void {
    if (settled || record !== null) hits += 1;
    else misses += 1;
  }

  async function fetch(peerId: string, given?: CallOptions): Promise<PeerRecord | null> {
    const options = checkCallOptions(given);
    const named = workspaces.named(options.source);
    const call = context.calls.begin(options.timeoutMs ?? context.requestMs, options.signal);
    try {
      const id = parsePeerId(peerId);
      if (id === null) return null;
      const workspace = named ?? sourceFor(id);
      const key = memory.keyOf(workspace, id);
      const known = memory.get(key);
      count(known);
      if (known.settled) return known.record;
      const job = asking.request(key, workspace, id);
      return job === undefined ? known.record : await answerOf(job, call);
    } finally {
      call.end();
    }
  }

  async function answerOf(job: Job, call: Call): Promise<PeerRecord | null> {
    let tell: (record: PeerRecord | null) => void = () => {};
    const answer = new Promise<PeerRecord | null>((resolve) => {
      tell = resolve;
    });
    job.waiters.add(tell);
    try {
      return await call.waitFor(answer);
    } catch (failure) {
      job.waiters.delete(tell);
      throw failure instanceof TransportFailure
        ? earlyEndError(call, `The record of peer ${job.peerId}`)
        : failure;
    }
  }

  return {
    get,
    fetch,
    settled: asking.settled,
    invalidate(peerId) {
      const id = parsePeerId(peerId);
      if (id === null) return;
      for (const workspace of workspaces.all) {
        const key = memory.keyOf(workspace, id);
        memory.delete(key);
        asking.forget(key, workspace, id);
      }
    },
    stats: () => ({ cached: memory.size, hits, misses, ...asking.counts() }),
    close() {
      closed = true;
      asking.close();
    },
  };
}
