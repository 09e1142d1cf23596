import { isThenable } from "../runtime/thenable";

/** Passes an event to the user's hook. Never throws. */
export type Emit<Event> = (event: Event) => void;

/** The hook of a user who has given none. */
export const ignoreEvents = (): void => {};

/** Passes an event to each of the hooks, in their order. What one throws or rejects reaches no other. */
export function safeHooks<Event>(...hooks: (((event: Event) => void) | undefined)[]): Emit<Event> {
  const [first = ignoreEvents, ...others] = hooks.filter((hook) => hook !== undefined).map(safeHook);
  if (others.length === 0) return first;
  return (event) => {
    first(event);
    for (const emit of others) emit(event);
  };
}

/** Wraps the user's hook so that neither what it throws nor a promise it rejects reaches the client. */
function safeHook<Event>(hook: ((event: Event) => void) | undefined): Emit<Event> {
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
