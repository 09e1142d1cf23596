import { isA2AError } from "../../errors";
import { requestHeaders, type TenantHeaders } from "../../identity/headers";
import type { Workspace } from "../../identity/workspaces";
import type { Clock } from "../../runtime/clock";
import type { Call } from "../call";
import type { Calls } from "../calls";
import { TransportFailure } from "../failure";
import type { Http } from "../http/http";
import type { Pool } from "../http/pool";
import { type HttpResponse, isSuccess } from "../response";
import { parseErrorBody, statusLine } from "./error-body";
import { removedFailure } from "./removed-workspace";
import type { Failure } from "./result";

/** What the platform says of an own workspace at the moment. */
export type OwnRecord =
  /** The platform reads its database, so that its refusals mean what they say. */
  | { readonly state: "readable" }
  /** The same; it has no such workspace. */
  | { readonly state: "unknown" }
  /** The same; the workspace was deleted. */
  | { readonly state: "removed"; readonly failure: Failure }
  /** The platform, or the way to it, fails at the moment. */
  | { readonly state: "unreadable"; readonly reason: string; readonly retryAfterMs?: number | undefined };

/** Reads the record of own workspaces, an open route, to tell a refusal from an outage of the platform's database. */
export interface OwnRecordReader {
  /**
   * The record, read by one request for all that wait for it; a record that could be read is used again for 1 s.
   * `elapsedMs` is the time since the refused request began. One that began before an outage was over counts as
   * refused within the outage. Waits as long as `call` lasts; rejects when that is called off.
   */
  read(workspace: Workspace, elapsedMs: number, call: Call): Promise<OwnRecord>;
}

export interface OwnRecordOptions {
  platformUrl: string;
  tenant: TenantHeaders;
  http: Http;
  pool: Pool;
  calls: Calls;
  clock: Clock;
}

/** How long a record that could be read is used again, in milliseconds. */
const REUSED_FOR_MS = 1000;

/** Limit of the request, in milliseconds. */
const LIMIT_MS = 5000;

interface ReaderState {
  /** Requests under way. */
  readonly pending: Map<Workspace, Promise<OwnRecord>>;
  /** Records that could be read, and when. */
  latest: WeakMap<Workspace, { record: OwnRecord; readAt: number }>;
  /** True from a record that could not be read until one that could. */
  outage: boolean;
  /** When the latest outage was seen to be over. */
  recoveredAt: number;
}

export function createOwnRecordReader(options: OwnRecordOptions): OwnRecordReader {
  const { clock } = options;
  const state: ReaderState = {
    pending: new Map(),
    latest: new WeakMap(),
    outage: false,
    recoveredAt: Number.NEGATIVE_INFINITY,
  };

  function readOnce(workspace: Workspace): Promise<OwnRecord> {
    const latest = state.latest.get(workspace);
    if (latest !== undefined && clock.now() - latest.readAt < REUSED_FOR_MS) {
      return Promise.resolve(latest.record);
    }
    const pending = state.pending.get(workspace);
    if (pending !== undefined) return pending;
    const started = request(options, workspace)
      .then((record) => {
        remember(workspace, record);
        return record;
      })
      .finally(() => state.pending.delete(workspace));
    state.pending.set(workspace, started);
    return started;
  }

  function remember(workspace: Workspace, record: OwnRecord): void {
    if (record.state === "unreadable") {
      state.outage = true;
      state.latest = new WeakMap();
      return;
    }
    if (state.outage) state.recoveredAt = clock.now();
    state.outage = false;
    state.latest.set(workspace, { record, readAt: clock.now() });
  }

  return {
    async read(workspace, elapsedMs, call) {
      const beganAt = clock.now() - elapsedMs;
      const record = await waitFor(readOnce(workspace), call);
      if (record.state === "unreadable" || beganAt >= state.recoveredAt) return record;
      return { state: "unreadable", reason: "a moment ago" };
    },
  };
}

async function waitFor(record: Promise<OwnRecord>, call: Call): Promise<OwnRecord> {
  try {
    return await call.waitFor(record);
  } catch (error) {
    if (!(error instanceof TransportFailure) || error.kind === "cancelled") throw error;
    return { state: "unreadable", reason: "no answer in time" };
  }
}

/** Makes the request. It belongs to no call, so that none of those that wait for it can end it for the others. */
async function request(options: OwnRecordOptions, workspace: Workspace): Promise<OwnRecord> {
  const { platformUrl, tenant, http, pool, calls } = options;
  try {
    const call = calls.begin(LIMIT_MS, undefined, true);
    try {
      const url = `${platformUrl}/workspaces/${workspace.id}`;
      const headers = requestHeaders(workspace.id, undefined, tenant);
      const response = await http({ method: "GET", url, headers, pool, call, limitMs: LIMIT_MS });
      return classifyRecord(response, workspace.id);
    } finally {
      call.end();
    }
  } catch (error) {
    if (error instanceof TransportFailure) return { state: "unreadable", reason: error.message };
    // The client was closed, which the waiting calls learn by themselves.
    if (isA2AError(error)) return { state: "unreadable", reason: error.message };
    throw error;
  }
}

function classifyRecord(response: HttpResponse, id: string): OwnRecord {
  const { status } = response;
  const parsed = parseErrorBody(response);
  if (status >= 500 || status === 429) {
    return { state: "unreadable", reason: statusLine(response, parsed), retryAfterMs: parsed.retryAfterMs };
  }
  if (status === 410 || (isSuccess(status) && parsed.body.status === "removed")) {
    return { state: "removed", failure: removedFailure(response, id, parsed.body) };
  }
  // A 404 that is no JSON comes from something in front of the platform and says nothing of the workspace.
  return { state: status === 404 && !parsed.foreign ? "unknown" : "readable" };
}
