export type Emit<Event> = (event: Event) => void;

/** True for a promise of any kind. */
export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === "function";

/** Wraps the user's hook so that whatever it throws stays without effect on the client. */
export function safeHook<Event>(hook: ((event: Event) => void) | undefined): Emit<Event> {
  if (hook === undefined) return () => {};
  return (event) => {
    try {
      const returned: unknown = hook(event);
      if (isThenable(returned)) returned.then(undefined, () => {});
    } catch {
      // A hook that fails is its owner's affair; a send must not fail with it.
    }
  };
}
