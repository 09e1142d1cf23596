import type { Agent } from "node:http";
import type { Pool } from "./pool";

/** A slot of a pool that one attempt holds: its connection gives it back, or the attempt where there is none. */
export interface Slot {
  /** What the connection needs, which gives the slot back from now on. */
  handOver(secure: boolean): { agent: Agent | undefined; onConnectionFree(): void };
  releaseUnlessHandedOver(): void;
}

export function createSlot(pool: Pool, fresh: boolean): Slot {
  let handedOver = false;
  return {
    handOver(secure) {
      handedOver = true;
      return { agent: pool.agent(secure, fresh), onConnectionFree: pool.release };
    },
    releaseUnlessHandedOver() {
      if (!handedOver) pool.release();
    },
  };
}
