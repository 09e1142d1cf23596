import type { Clock } from "../../runtime/clock";
import type { ConnectionFault, Fault, FaultAction, HeadFault, RequestFault } from "./fault";
import { parseRoute, type RoutePattern } from "./route-pattern";
import { toFaultAction } from "./table";

const DEFAULT_REFUSAL_MS = 100;

/** A fault that waits for connections or requests. */
interface QueuedFault {
  readonly route: string;
  readonly matches: RoutePattern;
  readonly action: FaultAction;
  readonly delayMs: number;
  timesLeft: number;
}

type Delayed<A> = A & { readonly delayMs: number };

/** The port that the fault `refuse` closes. */
interface Port {
  stopListening(): void;
  resumeListening(): void;
}

/** The faults of a platform, in the order of the calls of `fail`. */
export interface FaultQueue {
  fail(route: string, fault: Fault, options?: { times?: number | undefined }): void;
  /** Takes the first fault for a new connection. */
  takeForConnection(): Delayed<ConnectionFault> | undefined;
  /** Takes the first fault whose route matches. `isReused`: the connection has carried a request before. */
  takeForRequest(
    method: string,
    path: string,
    isReused: boolean,
  ): Delayed<ConnectionFault | HeadFault | RequestFault> | undefined;
  attachPort(port: Port): void;
  /** Removes all faults. */
  close(): void;
}

export function createFaultQueue(clock: Clock): FaultQueue {
  let faults: QueuedFault[] = [];
  let port: Port | undefined;
  let cancelReopening = (): void => undefined;

  function fail(route: string, fault: Fault, { times }: { times?: number | undefined } = {}): void {
    const queued: QueuedFault = {
      route,
      matches: parseRoute(route),
      action: toFaultAction(fault),
      delayMs: checkDelay(fault),
      timesLeft: checkTimes(times),
    };
    if (times === 0) removeRoute(route);
    else if (queued.action.at === "port") refuse(queued, times !== undefined);
    else faults.push(queued);
  }

  function removeRoute(route: string): void {
    const wasRefusing = isRefusing();
    faults = faults.filter((fault) => fault.route !== route);
    if (wasRefusing && !isRefusing()) reopen();
  }

  // There is one port: of several refusals the last one decides when it opens again.
  function refuse(fault: QueuedFault, hasTimes: boolean): void {
    cancelReopening();
    port?.stopListening();
    faults.push(fault);
    if (hasTimes || fault.delayMs > 0) {
      cancelReopening = clock.setTimer(reopen, fault.delayMs || DEFAULT_REFUSAL_MS);
    }
  }

  function reopen(): void {
    cancelReopening();
    faults = faults.filter((fault) => fault.action.at !== "port");
    port?.resumeListening();
  }

  const isRefusing = (): boolean => faults.some((fault) => fault.action.at === "port");

  function take<A extends FaultAction>(
    select: (fault: QueuedFault) => A | undefined,
  ): Delayed<A> | undefined {
    for (const fault of faults) {
      const action = fault.timesLeft > 0 ? select(fault) : undefined;
      if (action === undefined) continue;
      fault.timesLeft--;
      return { ...action, delayMs: fault.delayMs };
    }
    return undefined;
  }

  return {
    fail,
    takeForConnection: () => take(({ action }) => (action.at === "connection" ? action : undefined)),
    takeForRequest: (method, path, isReused) =>
      take(({ action, matches }) => {
        if (action.at === "port" || !matches(method, path)) return undefined;
        return action.at === "head" && action.reusedOnly === true && !isReused ? undefined : action;
      }),
    attachPort(attached) {
      port = attached;
    },
    close() {
      cancelReopening();
      faults = [];
    },
  };
}

function checkTimes(times: number | undefined): number {
  if (times === undefined) return Number.POSITIVE_INFINITY;
  if (Number.isInteger(times) && times >= 0) return times;
  throw new Error(`Expected \`times\` to be a whole number, zero or more, got \`${times}\``);
}

function checkDelay({ delayMs = 0 }: Fault): number {
  if (Number.isFinite(delayMs) && delayMs >= 0) return delayMs;
  throw new Error(`Expected \`delayMs\` to be zero or more, got \`${delayMs}\``);
}
