import type { Delivery } from "../../errors";

/** What has happened to a request so far, over all its attempts. Updated while the request is made. */
export interface Progress {
  attempts: number;
  /** Attempts that were not made, because another one had just found the target down. */
  notMade: number;
  /** The worst of all attempts: one that may have arrived is not undone by a later one that did not. */
  delivery: Delivery;
  /** Every token used, so that none of them appears in an error. */
  tokens: string[];
  /** An attempt without a token was sent and its response was lost, and with it whatever the response granted. */
  unauthenticatedAttemptLost: boolean;
}

export const newProgress = (): Progress => ({
  attempts: 0,
  notMade: 0,
  delivery: "not-sent",
  tokens: [],
  unauthenticatedAttemptLost: false,
});

const SEVERITY: readonly Delivery[] = ["not-sent", "maybe", "confirmed"];

/** The delivery of two attempts together: the one that more likely reached the peer. */
export const worseDelivery = (a: Delivery, b: Delivery): Delivery =>
  SEVERITY.indexOf(a) > SEVERITY.indexOf(b) ? a : b;
