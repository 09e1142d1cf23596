type Listener = (reason: unknown) => void;

// One listener per signal however many calls share it: the eleventh would make Node warn of a leak.
const listeners = new WeakMap<AbortSignal, { callbacks: Set<Listener>; onAbort: () => void }>();

/** Calls `callback` with the signal's reason once it is aborted. Returns the way to call it off. */
export function onAbort(signal: AbortSignal, callback: Listener): () => void {
  let entry = listeners.get(signal);
  if (entry === undefined) {
    const callbacks = new Set<Listener>();
    const fire = () => {
      listeners.delete(signal);
      for (const each of callbacks) each(signal.reason);
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
