/** The limits of an enricher, as the client's options have them. */
export interface Limits {
  ttlMs: number;
  failureTtlMs: number;
  maxPeers: number;
  workers: number;
  maxQueued: number;
}

export const DEFAULT_LIMITS: Limits = {
  ttlMs: 300_000,
  failureTtlMs: 30_000,
  maxPeers: 1024,
  workers: 2,
  maxQueued: 256,
};

export const { ttlMs: TTL_MS, failureTtlMs: FAILURE_TTL_MS } = DEFAULT_LIMITS;
/** The default of `timeouts.enrichMs`. */
export const ENRICH_MS = 2000;
