import type { Clock } from "../../runtime/clock";
import { actionOf, delayOf, type Fault } from "./fault";
import type { ConnectionFault, FaultAction, RequestFault } from "./fault-action";
import { parseRoute, type RoutePattern } from "./route-pattern";

const REFUSAL_MS = 100;

interface Rule {
  readonly route: string;
  readonly matches: RoutePattern;
  readonly action: FaultAction;
  readonly delayMs: number;
  left: number;
}

type Delayed<A> = A & { readonly delayMs: number };

/** What refusals act on. */
interface Port {
  shut(): void;
  open(): void;
}

/** The faults that were asked for and are still to come, in the order in which they were asked for. */
export interface FaultQueue {
  fail(route: string, fault: Fault, options?: { times?: number | undefined }): void;
  takeForConnection(): Delayed<ConnectionFault> | undefined;
  takeForRequest(method: string, path: string): Delayed<ConnectionFault | RequestFault> | undefined;
  /** Names the port that refusals close. */
  steer(port: Port): void;
  close(): void;
}

export function createFaultQueue(clock: Clock): FaultQueue {
  let rules: Rule[] = [];
  let port: Port | undefined;
  let cancelReopening = (): void => undefined;

  function fail(route: string, fault: Fault, { times }: { times?: number | undefined } = {}): void {
    const rule: Rule = {
      route,
      matches: parseRoute(route),
      action: actionOf(fault),
      delayMs: delayOf(fault),
      left: timesOf(times),
    };
    if (times === 0) clear(route);
    else if (rule.action.at === "port") refuse(rule, times !== undefined);
    else rules.push(rule);
  }

  function clear(route: string): void {
    const refused = isRefusing();
    rules = rules.filter((rule) => rule.route !== route);
    if (refused && !isRefusing()) reopen();
  }

  // There is one port: of several refusals the last one decides when it opens.
  function refuse(rule: Rule, counted: boolean): void {
    cancelReopening();
    port?.shut();
    rules.push(rule);
    if (counted || rule.delayMs > 0) cancelReopening = clock.setTimer(reopen, rule.delayMs || REFUSAL_MS);
  }

  function reopen(): void {
    cancelReopening();
    rules = rules.filter((rule) => rule.action.at !== "port");
    port?.open();
  }

  const isRefusing = (): boolean => rules.some((rule) => rule.action.at === "port");

  function take<A extends FaultAction>(fits: (rule: Rule) => A | undefined): Delayed<A> | undefined {
    for (const rule of rules) {
      const action = rule.left > 0 ? fits(rule) : undefined;
      if (action === undefined) continue;
      rule.left--;
      return { ...action, delayMs: rule.delayMs };
    }
    return undefined;
  }

  return {
    fail,
    takeForConnection: () => take(({ action }) => (action.at === "connection" ? action : undefined)),
    takeForRequest: (method, path) =>
      take(({ action, matches }) => (action.at !== "port" && matches(method, path) ? action : undefined)),
    steer(to) {
      port = to;
    },
    close() {
      cancelReopening();
      rules = [];
    },
  };
}

function timesOf(times: number | undefined): number {
  if (times === undefined) return Number.POSITIVE_INFINITY;
  if (Number.isInteger(times) && times >= 0) return times;
  throw new Error(`Expected \`times\` to be a whole number, zero or more, got \`${times}\``);
}
