import { type A2AEvent, safeHooks } from "../events";
import { createWorkspaces } from "../identity/workspaces";
import type { Clock } from "../runtime/clock";
import { openAllowance } from "../transport/allowance/open-allowance";
import { createBackgroundRequests } from "../transport/background-requests";
import { createCalls } from "../transport/calls";
import { createHttp } from "../transport/http/http";
import { openPool, type PoolKind } from "../transport/http/pool";
import { openGates } from "../transport/recovery/gates";
import { createExecute } from "../transport/request/execute";
import { createOwnRecordReader } from "../transport/request/own-record";
import type { SharedServices } from "../transport/request/shared-services";
import type { ResolvedOptions } from "./resolve-options";

/** Connections for everything but messages; these calls are short. */
const CONTROL_CONNECTIONS = 8;
/** Connections for beats, which no other call may hold up. */
const BEAT_CONNECTIONS = 8;

/** The least time between two attempts at a platform that is down, in milliseconds, unless retries are quicker. */
const PROBE_INTERVAL_MS = 500;

/** Creates the services that all parts of a client use; `listeners` get every event beside `onEvent`. The pools are joined: leave them when the client closes. */
export function createSharedServices(
  options: ResolvedOptions,
  clock: Clock,
  listeners: readonly (((event: A2AEvent) => void) | undefined)[],
): SharedServices {
  const { platformUrl, tenant, random, requestMs, requestBytes } = options;
  const emit = safeHooks<A2AEvent>(options.onEvent, ...listeners);
  const { origin } = new URL(platformUrl);
  const open = (kind: PoolKind, size: number) =>
    openPool({ kind, origin, size, idleMs: options.idleConnectionMs, tls: options.tls });
  const calls = createCalls(clock);
  const pool = open("control", CONTROL_CONNECTIONS);
  const http = createHttp({
    platformUrl,
    customFetch: options.fetch,
    maxBytes: options.responseBytes,
    clock,
  });
  const gates = options.recoveryGate
    ? openGates({
        clock,
        random,
        platformUrl,
        probeIntervalMs: Math.min(PROBE_INTERVAL_MS, options.retry.baseDelayMs),
        emit,
      })
    : undefined;
  const allowance = openAllowance({ clock, random, platformUrl, emit });
  const ownRecords = createOwnRecordReader({ platformUrl, tenant, http, pool, calls, clock });
  return {
    platformUrl,
    requestMs,
    requestBytes,
    clock,
    emit,
    workspaces: createWorkspaces(
      options.workspaces,
      clock,
      (workspaceId) => emit({ type: "token.refreshed", workspaceId }),
      options.findCredentials,
    ),
    calls,
    execute: createExecute({
      platformUrl,
      tenant,
      policy: options.retry,
      retryTimeouts: options.retryTimeouts,
      random,
      http,
      ownRecords,
      gates,
      allowance: allowance.value,
      now: clock.now,
    }),
    background: createBackgroundRequests(gates, allowance.value),
    leavePlatform() {
      gates?.close();
      allowance.leave();
    },
    pool,
    beatPool: open("beats", BEAT_CONNECTIONS),
    messagePool: open("messages", options.maxConcurrentSends),
  };
}
