import type { A2AClient } from "../client/client";
import { type ClientInternals, getInternals } from "../client/internals";
import { invalidArgument } from "../errors";
import type { AgentEvent } from "../events";
import { createInboundSecret } from "../heartbeat/inbound-secret";
import { quote } from "../text/format";
import { isRecord, parseJson } from "../text/json";
import { checkOptionNames, type OptionNames } from "../validation/option-names";
import type { Authenticate } from "./guard/authenticate";
import { type CheckOptions, checkRequest } from "./guard/check-request";
import { nameKinds } from "./guard/name-kinds";
import { createRequestReport } from "./guard/refusal-report";
import { checkAuthenticate, checkMaxBytes } from "./resolve-options";
import { notJson } from "./rpc/errors";
import { errorResponse } from "./rpc/response";

/** Options of {@link guardInbound}. */
export interface InboundGuardOptions {
  /** Id of the own workspace. @default the client's default workspace */
  source?: string | undefined;
  /** Folder where the heartbeat stores the inbound secret. @default the client's state folder */
  stateDir?: string | undefined;
  /** Who may send requests, as for `createAgent`. @default "inbound-secret", once the platform is known to sign */
  authenticate?: Authenticate | undefined;
  /** The largest request, in bytes. @default 8388608 */
  maxRequestBytes?: number | undefined;
  /** Called for each event. May throw without harm. @default the client's */
  onEvent?: ((event: AgentEvent) => void) | undefined;
}

/** The request to hand on, or the response to a request that is refused. */
export type GuardedRequest =
  | {
      ok: true;
      /** The checked request, for the server's own handler. */
      request: Request;
    }
  | {
      ok: false;
      /** What to answer instead. */
      response: Response;
    };

const NAMES: OptionNames<InboundGuardOptions> = {
  source: true, stateDir: true, authenticate: true, maxRequestBytes: true, onEvent: true,
}; // biome-ignore format: one list

/**
 * Creates the check of requests for an agent on another server, such as that of the official SDK: sender, content type
 * and size. The request that is handed on has parts that say `kind`: the platform's delegations say `type`, which the
 * official JavaScript SDK refuses. Throws `invalid_argument` for wrong options.
 *
 * @example
 * const guard = guardInbound(client);
 * const guarded = await guard(request);
 * return guarded.ok ? handle(guarded.request) : guarded.response;
 */
export function guardInbound(
  client: A2AClient,
  options: InboundGuardOptions = {},
): (request: Request) => Promise<GuardedRequest> {
  const { checks, onRefused } = resolveGuard(getInternals(client), options);
  return async (request) => {
    const checked = await checkRequest(request, checks);
    if (checked.ok) return handOn(request, checked.text);
    onRefused(checked.reason);
    return { ok: false, response: checked.response };
  };
}

function resolveGuard(internals: ClientInternals, options: InboundGuardOptions) {
  if (typeof options !== "object" || options === null) {
    throw invalidArgument(`Expected the options to be an object, got ${quote(options)}.`);
  }
  checkOptionNames(options, NAMES, invalidArgument);
  const { workspaces, stateFolderFor, clock } = internals;
  const workspace = workspaces.lasting(options.source);
  const folder = stateFolderFor(workspace, options.stateDir);
  const emit = internals.emitTo<AgentEvent>(options.onEvent);
  const report = createRequestReport(workspace.id, emit);
  const checks: CheckOptions = {
    authenticate: checkAuthenticate(options.authenticate),
    facts: workspace.inbound,
    maxBytes: checkMaxBytes(options.maxRequestBytes),
    readSecrets: createInboundSecret({ folder, workspace, clock, emit: internals.emit }).readAll,
    onUnsigned: report.unsigned,
  };
  return { checks, onRefused: report.refused };
}

function handOn(request: Request, text: string): GuardedRequest {
  const parsed = parseJson(text);
  if (!parsed.ok) {
    return { ok: false, response: errorResponse({ id: null, version: "0.3" }, notJson(parsed.problem)) };
  }
  const { value } = parsed;
  const named = isRecord(value) ? nameKinds(value) : value;
  const headers = new Headers(request.headers);
  headers.delete("content-length");
  const body = named === value ? text : JSON.stringify(named);
  return { ok: true, request: new Request(request.url, { method: "POST", headers, body }) };
}
