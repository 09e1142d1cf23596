import type { A2AClient } from "./client";
import { invalidArgument } from "./errors";
import type { Workspaces } from "./identity/workspaces";
import { shown } from "./text";
import type { Calls } from "./transport/call";
import type { Clock } from "./transport/clock";
import type { Exchange } from "./transport/exchange";
import type { Pool } from "./transport/pool";

/** What the other entry points of this package need of a client and its users do not. */
export interface ClientInternals {
  readonly workspaces: Workspaces;
  readonly calls: Calls;
  readonly exchange: Exchange;
  readonly controlPool: Pool;
  readonly clock: Clock;
  readonly random: () => number;
}

// A registered symbol: the heartbeat may come from the CommonJS build and the client from the other one.
const INTERNALS = Symbol.for("a2a-peers.client.internals");

export function attachInternals(client: A2AClient, internals: ClientInternals): A2AClient {
  return Object.defineProperty(client, INTERNALS, { value: internals });
}

export function internalsOf(client: A2AClient): ClientInternals {
  const internals = (client as { [INTERNALS]?: ClientInternals } | null | undefined)?.[INTERNALS];
  if (internals !== undefined) return internals;
  throw invalidArgument(`Expected a client made by createA2AClient, got ${shown(client)}.`);
}
