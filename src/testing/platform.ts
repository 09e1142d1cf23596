import { getRequestListener } from "@hono/node-server";
import { machineClock } from "./clock";
import type { Fault } from "./faults/fault";
import { createFaultQueue } from "./faults/fault-queue";
import { createFront } from "./front";
import { openListener } from "./listener";
import type { PlatformOptions } from "./platform-options";
import type { RecordedRequest } from "./recorder";
import { createApp } from "./routes/app";
import { createState, type PlatformEvent } from "./state";
import { addWorkspace, type NewWorkspace, type TestWorkspace } from "./test-workspace";

/** A platform on loopback that speaks the real one's protocol. */
export interface TestPlatform extends AsyncDisposable {
  /** Base URL without a trailing slash: the client's `platformUrl`. */
  readonly url: string;
  addWorkspace(workspace?: NewWorkspace): TestWorkspace;
  /** Every request that arrived completely, oldest first, refused ones too. Live: it grows. */
  readonly requests: readonly RecordedRequest[];
  /** What the platform told its listeners, oldest first. Live: it grows. */
  readonly events: readonly PlatformEvent[];
  /**
   * Makes requests to a route fail. `route` is a method and a path, for example `"POST /workspaces/:id/a2a"`:
   * `:name` and `*` stand for one segment, `*` at the end for the rest, `*` as the method for any; `"*"` alone is
   * every request.
   *
   * `times` is how many requests fail; without it all do, until the platform closes. Faults queue up: the first
   * one that fits and has times left is taken. `{ times: 0 }` instead takes back all faults of the same `route`.
   */
  fail(route: string, fault: Fault, options?: { times?: number | undefined }): void;
  /** Ends every connection, also the stalled ones, and frees the port. May be called again. */
  close(): Promise<void>;
}

/**
 * Starts a platform.
 *
 * @example
 * await using platform = await startPlatform();
 * const me = platform.addWorkspace({ name: "Me" });
 * const peer = platform.addWorkspace({ name: "Echo", reply: (message) => message.text });
 */
export async function startPlatform(options: PlatformOptions = {}): Promise<TestPlatform> {
  const clock = options.clock ?? machineClock;
  const state = createState({ ...options, clock });
  const requests: RecordedRequest[] = [];
  const faults = createFaultQueue(clock);
  const app = createApp(state);
  const accept = createFront({
    clock,
    faults,
    requests,
    // Left alone, the adapter replaces the global Request and Response of the process under test.
    answer: (body) =>
      getRequestListener(
        (request, { incoming }) => app.fetch(request, { body, address: incoming.socket.remoteAddress ?? "" }),
        { overrideGlobalObjects: false },
      ),
  });
  const listener = await openListener(options.port ?? 0, accept);
  faults.steer(listener);

  async function close(): Promise<void> {
    faults.close();
    for (const cancel of state.timers) cancel();
    for (const dispatch of state.dispatches) dispatch.giveUp();
    await listener.close();
  }

  return {
    url: listener.url,
    addWorkspace: (workspace = {}) => addWorkspace(state, workspace),
    requests,
    events: state.events,
    fail: faults.fail,
    close,
    [Symbol.asyncDispose]: close,
  };
}
