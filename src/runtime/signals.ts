type Listener = (reason: unknown) => void;

// One listener per signal for all calls that share it: Node warns of a leak from the eleventh on.
const listeners = new WeakMap<AbortSignal, { callbacks: Set<Listener>; onAbort: () => void }>();

/** The reason of an aborted signal. Signals of older runtimes and of polyfills have none: an `AbortError` then. */
export function abortReason(signal: AbortSignal): unknown {
  if ("reason" in signal && signal.reason !== undefined) return signal.reason;
  return Object.assign(new Error("This operation was aborted"), { name: "AbortError" });
}

/** Calls `callback` with the signal's reason when it is aborted. Returns a function that removes the callback. */
export function onAbort(signal: AbortSignal, callback: Listener): () => void {
  let entry = listeners.get(signal);
  if (entry === undefined) {
    const callbacks = new Set<Listener>();
    const fire = () => {
      listeners.delete(signal);
      for (const each of callbacks) each(abortReason(signal));
    };
    entry = { callbacks, onAbort: fire };
    listeners.set(signal, entry);
    signal.addEventListener("abort", fire, { once: true });
  }
  const { callbacks, onAbort: fire } = entry;
  callbacks.add(callback);
  return () => {
    callbacks.delete(callback);
    if (callbacks.size === 0 && listeners.get(signal)?.callbacks === callbacks) {
      listeners.delete(signal);
      signal.removeEventListener("abort", fire);
    }
  };
}
