import { isThenable } from "../runtime/thenable";

/** Passes an event to the user's hook. Never throws. */
export type Emit<Event> = (event: Event) => void;

/** The hook of a user who has given none. */
export const ignoreEvents = (): void => {};

/** Wraps the user's hook so that neither what it throws nor a promise it rejects reaches the client. */
export function safeHook<Event>(hook: ((event: Event) => void) | undefined): Emit<Event> {
  if (hook === undefined) return ignoreEvents;
  return (event) => {
    try {
      const returned: unknown = hook(event);
      if (isThenable(returned)) returned.then(undefined, () => {});
    } catch {
      // A call must not fail because its observer does.
    }
  };
}
