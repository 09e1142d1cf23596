import type { A2AClient } from "../client/client";
import { getInternals } from "../client/internals";
import { createHeartbeat, type Heartbeat } from "../heartbeat/heartbeat";
import { createInbox, type Inbox } from "../inbox/inbox";
import type { InboxHandler } from "../inbox/message";
import { type CheckOptions, checkRequest } from "./guard/check-request";
import { createRequestReport } from "./guard/refusal-report";
import { createSecretRefresh } from "./guard/secret-refresh";
import { createLifecycle } from "./lifecycle";
import type { AgentOptions } from "./options";
import { createReportWork, type ReportWork } from "./report-work";
import { type ResolvedAgentOptions, resolveAgentOptions } from "./resolve-options";
import { unexpectedError } from "./rpc/errors";
import { parseRequest } from "./rpc/request";
import { errorResponse, unavailableResponse } from "./rpc/response";
import { checkAnswer } from "./runs/answer";
import { createRuns } from "./runs/runs";
import { serve } from "./serve";

/** A workspace's agent: registered, alive, and receiving. */
export interface Agent extends AsyncDisposable {
  /**
   * Registers the workspace, starts the heartbeat, and receives messages. Resolves when others can reach the agent.
   * Throws as `client.register`, after up to 30 s where the platform is away, and `closed` when it is stopped meanwhile;
   * nothing runs then, and it may be called again.
   */
  start(): Promise<void>;
  /**
   * Takes no new message, lets handlers go on for `finishWithinMs`, then aborts their signals, and makes a last beat.
   * The agent may be started again.
   */
  stop(): Promise<void>;
  /**
   * Serves one request of the platform, as the fetch handler of Hono, Bun, Deno and workers. Never rejects. Does not use
   * `this`.
   */
  fetch(request: Request): Promise<Response>;
  /** Keeps the agent online: its state, its results, and beats out of turn. */
  readonly heartbeat: Heartbeat;
  /** Absent for an agent with a `url`. */
  readonly inbox?: Inbox;
}

/**
 * Creates the agent of a workspace; nothing is sent before it is started. Throws `invalid_argument` for wrong options.
 *
 * @example
 * const agent = createAgent(client, { card: { name: "Echo" }, onMessage: ({ text }) => `You said: ${text}` });
 * await agent.start();
 */
export function createAgent(client: A2AClient, options: AgentOptions): Agent {
  const internals = getInternals(client);
  const resolved = resolveAgentOptions(internals, options);
  const { workspace, url, onMessage, emit, answerWithinMs } = resolved;
  const { clock, observer } = internals;
  const source = workspace.id;
  const heartbeat = createHeartbeat(client, { ...options.heartbeat, source });
  const inbox = url === undefined ? createInbox(client, { ...options.inbox, source }) : undefined;
  const reportWork = createReportWork(heartbeat);
  const runs = createRuns({ client, workspaceId: source, onMessage, reportWork, clock, emit, observer });
  const receiving = inbox && { inbox, handler: inboxHandler(resolved, reportWork) };
  const lifecycle = createLifecycle({ client, internals, options: resolved, heartbeat, runs, receiving });
  const report = createRequestReport(source, emit);
  const checks: CheckOptions = {
    authenticate: resolved.authenticate,
    facts: workspace.inbound,
    maxBytes: resolved.maxBytes,
    async readSecrets() {
      const secret = await heartbeat.inboundSecret();
      return secret === undefined ? [] : [secret];
    },
    refreshSecret: createSecretRefresh(heartbeat, clock),
    onUnsigned: report.unsigned,
  };
  const isAccepting = () => lifecycle.isAccepting;
  const context = {
    runs,
    workspaceId: source,
    clock,
    emit,
    answerWithinMs,
    maxConcurrent: resolved.maxConcurrent,
    isAccepting,
    onFull: () => report.refused("full"),
  };

  async function handle(request: Request): Promise<Response> {
    if (!lifecycle.isServing) return unavailableResponse();
    const checked = await checkRequest(request, checks);
    if (!checked.ok) {
      report.refused(checked.reason);
      return checked.response;
    }
    const parsed = parseRequest(checked.text);
    return parsed.ok ? serve(context, parsed.request) : errorResponse(parsed, parsed.error);
  }

  return {
    start: lifecycle.start,
    stop: lifecycle.stop,
    fetch: (request) =>
      handle(request).catch(() => errorResponse({ id: null, version: "0.3" }, unexpectedError())),
    heartbeat,
    ...(inbox === undefined ? {} : { inbox }),
    [Symbol.asyncDispose]: lifecycle.stop,
  };
}

/** The handler of an agent that fetches its messages: an answer that no message can hold is a failure of it. */
function inboxHandler({ onMessage }: ResolvedAgentOptions, reportWork: ReportWork): InboxHandler {
  return (message, context) =>
    reportWork(message, context.signal, async () => checkAnswer(await onMessage(message, context)));
}
