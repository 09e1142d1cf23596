import type { InboundMessage } from "./row";

/** One message on its way to the agent. */
export interface Delivery {
  readonly message: InboundMessage;
  /** 1 for the first time it is handed over. */
  attempt: number;
  state: "waiting" | "in-flight" | "settled";
  /** Not handed over before this moment, in milliseconds of the clock. */
  notBefore: number;
  /** When an unacknowledged message comes again; `undefined` while a handler works on it. */
  expiresAt: number | undefined;
}

/**
 * The messages that wait to be handed over, or to be acknowledged. Messages of one sender are handed over one after
 * the other, in the order in which the platform got them; those of different senders do not wait for each other.
 */
export interface Backlog {
  /** Adds a message that was handed over `attempts` times before. */
  add(message: InboundMessage, attempts: number): void;
  /** The oldest message that may be handed over now, which it then is. */
  take(now: number, expiresAt?: number): Delivery | undefined;
  /** Ends a message for good. */
  settle(id: string): void;
  /** Lets a message come again at `notBefore`. */
  release(delivery: Delivery, notBefore: number): void;
  /** Messages whose time to be acknowledged is over. */
  expired(now: number): Delivery[];
  /** The next moment at which {@link take} or {@link expired} may answer differently. */
  nextChangeAt(now: number): number | undefined;
  /** The oldest that wait. */
  peek(limit: number): readonly Delivery[];
  /** Those that are handed over and not settled, oldest first. */
  held(): readonly Delivery[];
  readonly waiting: number;
  readonly inFlight: number;
}

export function createBacklog(): Backlog {
  const deliveries = new Map<string, Delivery>();
  const all = () => [...deliveries.values()];

  return {
    add(message, attempts) {
      if (deliveries.has(message.id)) return;
      deliveries.set(message.id, {
        message,
        attempt: attempts,
        state: "waiting",
        notBefore: Number.NEGATIVE_INFINITY,
        expiresAt: undefined,
      });
    },
    take(now, expiresAt) {
      const next = heads(all()).find(({ state, notBefore }) => state === "waiting" && notBefore <= now);
      if (next === undefined) return undefined;
      next.state = "in-flight";
      next.attempt += 1;
      next.expiresAt = expiresAt;
      return next;
    },
    settle(id) {
      const delivery = deliveries.get(id);
      if (delivery !== undefined) delivery.state = "settled";
      deliveries.delete(id);
    },
    release(delivery, notBefore) {
      if (delivery.state !== "in-flight") return;
      delivery.state = "waiting";
      delivery.notBefore = notBefore;
      delivery.expiresAt = undefined;
    },
    expired: (now) =>
      all().filter(
        ({ state, expiresAt }) => state === "in-flight" && expiresAt !== undefined && expiresAt <= now,
      ),
    nextChangeAt: (now) => nextChangeAt(all(), now),
    peek: (limit) =>
      all()
        .filter(({ state }) => state === "waiting")
        .sort(byTime)
        .slice(0, limit),
    held: () =>
      all()
        .filter(({ state }) => state === "in-flight")
        .sort(byTime),
    get waiting() {
      return all().filter(({ state }) => state === "waiting").length;
    },
    get inFlight() {
      return all().filter(({ state }) => state === "in-flight").length;
    },
  };
}

const byTime = (a: Delivery, b: Delivery): number => a.message.createdAtUs - b.message.createdAtUs;

/** The first of each sender that is not settled: the only ones that may be handed over. */
function heads(deliveries: Delivery[]): Delivery[] {
  const senders = new Set<string | null>();
  return deliveries
    .sort(byTime)
    .filter(({ message: { senderId } }) => !senders.has(senderId) && senders.add(senderId));
}

/** The next moment after `now` at which a head may be handed over, or its time to be acknowledged is over. */
function nextChangeAt(deliveries: Delivery[], now: number): number | undefined {
  const moments = heads(deliveries).flatMap(({ state, notBefore, expiresAt }) => {
    if (state === "in-flight") return expiresAt === undefined ? [] : [expiresAt];
    return notBefore > now ? [notBefore] : [];
  });
  return moments.length === 0 ? undefined : Math.min(...moments);
}
