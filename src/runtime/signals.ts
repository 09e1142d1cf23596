type Listener = (reason: unknown) => void;

// One listener per signal for all calls that share it: Node warns of a leak from the eleventh on.
const listeners = new WeakMap<AbortSignal, { callbacks: Set<Listener>; onAbort: () => void }>();

/** Calls `callback` with the signal's reason when it is aborted. Returns a function that removes the callback. */
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
