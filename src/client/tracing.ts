import { builtin } from "../runtime/machine";

/** What subscribers of the tracing channel `a2a-peers` are told of a call; never a message, never a token. */
export interface TracedCall {
  operation: string;
  peerId?: string | undefined;
}

/**
 * Runs a call under Node's tracing channel `a2a-peers`, for tracers that follow calls without changing the code
 * around them. Costs one look when nobody listens, and nothing where there is no Node.
 */
export function createTracer(): <T>(call: TracedCall, run: () => Promise<T>) => Promise<T> {
  const channel = builtin("node:diagnostics_channel")?.tracingChannel<unknown, TracedCall>("a2a-peers");
  return (call, run) => {
    if (channel === undefined || !channel.hasSubscribers) return run();
    return channel.tracePromise(run, call);
  };
}
