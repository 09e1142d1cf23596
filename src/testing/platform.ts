import { getRequestListener } from "@hono/node-server";
import { type DelegationOutcome, finishDelegation } from "./delegations/finish";
import type { Fault } from "./faults/fault";
import { createFaultQueue } from "./faults/queue";
import type { PlatformEvent } from "./model/state";
import { type PlatformOptions, resolveOptions } from "./options";
import { createRequestLog, type RecordedRequest, type WaitForRequestOptions } from "./request-log";
import { loseDatabase, loseMemory } from "./restart";
import { createApp } from "./routes/app";
import { createSecondOrigin } from "./second-origin";
import { startServer } from "./server";
import { createState } from "./store";
import { addWorkspace, type NewWorkspace, type TestWorkspace } from "./test-workspace";

/** A platform on loopback that speaks the real one's protocol. */
export interface TestPlatform extends AsyncDisposable {
  /** Base URL without a trailing slash: the client's `platformUrl`. */
  readonly url: string;
  /** Creates a workspace. Throws for an id that is not a UUID or exists already, and for an invalid URL. */
  addWorkspace(workspace?: NewWorkspace): TestWorkspace;
  /** Every request that arrived completely, oldest first, refused ones too. Live: it grows. */
  readonly requests: readonly RecordedRequest[];
  /** Every event that the platform emitted, oldest first. Live: it grows. */
  readonly events: readonly PlatformEvent[];
  /**
   * Makes requests to a route fail. `route` is a method and a path, for example `"POST /workspaces/:id/a2a"`:
   * `:name` and `*` match one segment, `*` at the end matches the rest, `*` as the method matches any; `"*"` alone
   * matches every request.
   *
   * `times` is how many requests fail, a whole number; without it all do, until the platform closes. Faults queue
   * up: the first one that matches and has times left is used. `{ times: 0 }` instead removes all faults of the same
   * `route`. Throws for a malformed route, fault or count.
   */
  fail(route: string, fault: Fault, options?: { times?: number | undefined }): void;
  /**
   * Every request that followed a redirect of the faults `redirect-301` to `redirect-308` to another origin, oldest
   * first. Empty for a client that follows none. Live: it grows.
   */
  readonly followedRedirects: readonly RecordedRequest[];
  /**
   * Resolves with a request to `route`, a pattern as for `fail`. Requests that arrived before count too, since the
   * last `resetRequests`. Rejects when none has arrived in time, and for a malformed route.
   */
  waitForRequest(route: string, options?: WaitForRequestOptions): Promise<RecordedRequest>;
  /** Empties `requests`. */
  resetRequests(): void;
  /**
   * Takes the database away until the returned function is called. Reads fail with 500, access checks deny (403 for a
   * message), and in 2026-04 every token of a route below `/workspaces/:id` is invalid (401), in 2026-05 answered with
   * 503. Nothing is stored meanwhile: what ends without the database leaves no row.
   */
  databaseAway(): () => void;
  /** Sets the requests per minute and client address, also while the platform runs; `null` is no limit. */
  setRateLimit(requestsPerMinute: number | null): void;
  /**
   * Ends a delegation with a result or an error, whatever its agent does or has done. Throws for an unknown id.
   */
  finishDelegation(delegationId: string, outcome: DelegationOutcome): void;
  /**
   * Ends the platform's process and starts it again on the same port: every connection ends, and requests and
   * delegations in flight have no outcome; such a delegation stays `dispatched` for ever. Resolves once the port
   * listens. `keepDatabase: false` loses all workspaces too: register again, or add new ones. @default true
   */
  restart(options?: { keepDatabase?: boolean | undefined }): Promise<void>;
  /** Ends every connection, stalled ones too, and frees the port. May be called again. */
  close(): Promise<void>;
}

/**
 * Starts a platform. Rejects when the port is taken.
 *
 * @example
 * await using platform = await startPlatform();
 * const me = platform.addWorkspace({ name: "Me" });
 * const peer = platform.addWorkspace({ name: "Echo", reply: (message) => message.text });
 */
export async function startPlatform(options: PlatformOptions = {}): Promise<TestPlatform> {
  const state = createState(resolveOptions(options));
  const { clock } = state;
  const log = createRequestLog();
  const faults = createFaultQueue(clock);
  const app = createApp(state);
  const redirected = createRequestLog();
  const secondOrigin = createSecondOrigin(redirected, clock);
  const server = await startServer({
    port: options.port ?? 0,
    clock,
    faults,
    faultContext: { secondOrigin: secondOrigin.url },
    log,
    // By default the adapter replaces the global Request and Response of the process under test.
    handle: (body) =>
      getRequestListener(
        (request, { incoming: { socket } }) =>
          app.fetch(request, {
            body,
            address: socket.remoteAddress ?? "",
            isDisconnected: () => socket.destroyed || socket.readableEnded,
          }),
        { overrideGlobalObjects: false },
      ),
  });

  async function close(): Promise<void> {
    faults.close();
    for (const cancel of state.timers) cancel();
    for (const dispatch of state.dispatches) dispatch.abort();
    await Promise.all([server.close(), secondOrigin.close()]);
  }

  return {
    url: server.url,
    addWorkspace: (workspace = {}) => addWorkspace(state, workspace),
    requests: log.requests,
    events: state.events,
    fail: faults.fail,
    followedRedirects: redirected.requests,
    waitForRequest: log.waitFor,
    resetRequests: log.reset,
    databaseAway() {
      state.process.hasDatabase = false;
      return () => {
        state.process.hasDatabase = true;
      };
    },
    setRateLimit(requestsPerMinute) {
      state.process.rateLimit = requestsPerMinute ?? undefined;
    },
    finishDelegation: (delegationId, outcome) => finishDelegation(state, delegationId, outcome),
    async restart({ keepDatabase = true } = {}) {
      loseMemory(state);
      if (!keepDatabase) loseDatabase(state);
      await server.restart();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
