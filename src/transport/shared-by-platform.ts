import type { A2AEvent, Emit } from "../events";
import type { Clock } from "../runtime/clock";

/** What all clients of one platform in this process share. */
export interface Shared<T> {
  readonly value: T;
  /** Says that one client needs it no more; the last one drops and stops it. */
  leave(): void;
}

interface Entry<T> {
  readonly value: T;
  readonly listeners: Set<Emit<A2AEvent>>;
}

/**
 * Keeps one value for each platform. `create` is given a function that emits an event to each of its clients. `stop`
 * ends what a value still does by itself once its last client has left.
 */
export function createPlatformRegistry<T>(stop: (value: T) => void) {
  // By the clock too: clients of tests, which have clocks of their own, share nothing with others.
  const byClock = new WeakMap<Clock, Map<string, Entry<T>>>();
  return {
    join(
      { clock, platformUrl, emit }: { clock: Clock; platformUrl: string; emit: Emit<A2AEvent> },
      create: (emitToAll: Emit<A2AEvent>) => T,
    ): Shared<T> {
      const byUrl = byClock.get(clock) ?? new Map<string, Entry<T>>();
      byClock.set(clock, byUrl);
      const entry = byUrl.get(platformUrl) ?? createEntry(create);
      byUrl.set(platformUrl, entry);
      // Clients without a hook have one function in common, and each of them is a member of its own.
      const listener: Emit<A2AEvent> = (event) => emit(event);
      entry.listeners.add(listener);
      return {
        value: entry.value,
        leave() {
          if (!entry.listeners.delete(listener) || entry.listeners.size > 0) return;
          if (byUrl.get(platformUrl) === entry) byUrl.delete(platformUrl);
          stop(entry.value);
        },
      };
    },
  };
}

function createEntry<T>(create: (emitToAll: Emit<A2AEvent>) => T): Entry<T> {
  const listeners = new Set<Emit<A2AEvent>>();
  const value = create((event) => {
    for (const listener of listeners) listener(event);
  });
  return { value, listeners };
}
