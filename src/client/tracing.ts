import type { Observer } from "../events";
import { builtin } from "../runtime/builtins";

/** The context of a call on the tracing channel `a2a-peers`. Holds no message and no token. */
export interface TracedCall {
  operation: string;
  peerId?: string | undefined;
}

/** Wraps functions so that each of their calls runs under Node's tracing channel `a2a-peers`. */
export interface Tracer {
  trace<Args extends unknown[], T>(
    operation: string,
    run: (...args: Args) => Promise<T>,
  ): (...args: Args) => Promise<T>;
  /** The same for a function whose first argument is the id of a peer: the id is part of the context. */
  tracePeer<Args extends [peerId: string, ...rest: unknown[]], T>(
    operation: string,
    run: (...args: Args) => Promise<T>,
  ): (...args: Args) => Promise<T>;
}

/**
 * A call costs one check when nobody subscribes, and nothing where there is no Node. The observer is told of each call,
 * on any runtime.
 */
export function createTracer(observer: Observer | undefined): Tracer {
  const tracer = createChannelTracer();
  if (observer === undefined) return tracer;
  const observed =
    <Args extends unknown[], T>(operation: string, run: (...args: Args) => Promise<T>) =>
    (...args: Args) =>
      observer.runCall(operation, args, () => run(...args));
  return {
    trace: (operation, run) => tracer.trace(operation, observed(operation, run)),
    tracePeer: (operation, run) => tracer.tracePeer(operation, observed(operation, run)),
  };
}

function createChannelTracer(): Tracer {
  const channel = builtin("node:diagnostics_channel")?.tracingChannel<unknown, TracedCall>("a2a-peers");
  if (channel === undefined) return { trace: (_, run) => run, tracePeer: (_, run) => run };
  return {
    trace:
      (operation, run) =>
      (...args) =>
        channel.hasSubscribers ? channel.tracePromise(() => run(...args), { operation }) : run(...args),
    tracePeer:
      (operation, run) =>
      (...args) =>
        channel.hasSubscribers
          ? channel.tracePromise(() => run(...args), { operation, peerId: args[0] })
          : run(...args),
  };
}
