import type { ClientInternals } from "../client/internals";
import { type A2AError, invalidArgument } from "../errors";
import type { AgentEvent, Emit } from "../events";
import type { Workspace } from "../identity/workspaces";
import { type AgentCard, checkAgentCard } from "../registration/agent-card";
import { quote } from "../text/format";
import { checkOptionNames, type OptionNames } from "../validation/option-names";
import { checkMilliseconds } from "../validation/options";
import type { Authenticate } from "./guard/authenticate";
import { MAX_REQUEST_BYTES } from "./guard/check-request";
import type { AgentHandler, AgentOptions } from "./options";

/** Options after validation; those of heartbeat and inbox are validated by these. */
export interface ResolvedAgentOptions {
  readonly workspace: Workspace;
  readonly card: AgentCard;
  readonly url: string | undefined;
  readonly onMessage: AgentHandler;
  readonly authenticate: Authenticate | undefined;
  readonly answerWithinMs: number;
  readonly finishWithinMs: number;
  readonly maxBytes: number;
  readonly maxConcurrent: number;
  readonly emit: Emit<AgentEvent>;
}

const NAMES: OptionNames<AgentOptions> = {
  card: true, url: true, onMessage: true, source: true, heartbeat: true, inbox: true, authenticate: true,
  answerWithinMs: true, finishWithinMs: true, maxRequestBytes: true, maxConcurrentMessages: true, onEvent: true,
}; // biome-ignore format: one list

/** Throws `invalid_argument`, naming the option. */
export function resolveAgentOptions(internals: ClientInternals, options: AgentOptions): ResolvedAgentOptions {
  if (typeof options !== "object" || options === null) throw expected("the options", "an object", options);
  checkOptionNames(options, NAMES, invalidArgument);
  const { url, onMessage, onEvent, inbox, heartbeat } = options;
  if (typeof onMessage !== "function") throw expected("`onMessage`", "a function", onMessage);
  if (url !== undefined && (typeof url !== "string" || url.trim() === "")) {
    throw expected("`url`", "the URL of the agent", url);
  }
  if (url !== undefined && inbox !== undefined) {
    throw invalidArgument(
      "Expected `url` or `inbox`, got both: the platform pushes messages or they are fetched.",
    );
  }
  if (onEvent !== undefined && typeof onEvent !== "function")
    throw expected("`onEvent`", "a function", onEvent);
  const { workspaces, emitTo } = internals;
  const sources = [options.source, heartbeat?.source, inbox?.source].map((source) =>
    workspaces.named(source),
  );
  const workspace = sources.find((source) => source !== undefined) ?? workspaces.default;
  if (sources.some((source) => source !== undefined && source !== workspace)) {
    throw invalidArgument("Expected one `source` for the agent, its heartbeat and its inbox, got several.");
  }
  return {
    workspace,
    card: checkAgentCard(options.card, "`card`"),
    url: url?.trim(),
    onMessage,
    authenticate: checkAuthenticate(options.authenticate),
    answerWithinMs: checkMilliseconds(options.answerWithinMs ?? 270_000, "answerWithinMs", invalidArgument),
    finishWithinMs: checkMilliseconds(options.finishWithinMs ?? 10_000, "finishWithinMs", invalidArgument),
    maxBytes: checkMaxBytes(options.maxRequestBytes),
    maxConcurrent: checkMaxConcurrent(options.maxConcurrentMessages),
    emit: emitTo(onEvent),
  };
}

/** Returns the option. Throws `invalid_argument`. */
export function checkAuthenticate(value: unknown): Authenticate | undefined {
  if (value === undefined || value === "inbound-secret" || value === "optional") return value;
  if (typeof value === "function") return value as Authenticate;
  throw expected("`authenticate`", "'inbound-secret', 'optional' or a function", value);
}

/** Returns the option or its default. Throws `invalid_argument`. */
export function checkMaxBytes(value: unknown): number {
  if (value === undefined) return MAX_REQUEST_BYTES;
  if (typeof value === "number" && Number.isInteger(value) && value > 0) return value;
  throw expected("`maxRequestBytes`", "a whole number of bytes above 0", value);
}

/** Handlers of pushed messages that run at once by default. */
const MAX_CONCURRENT = 256;

function checkMaxConcurrent(value: unknown): number {
  if (value === undefined) return MAX_CONCURRENT;
  if (
    typeof value === "number" &&
    (Number.isInteger(value) || value === Number.POSITIVE_INFINITY) &&
    value > 0
  )
    return value;
  throw expected("`maxConcurrentMessages`", "a whole number above 0 or Infinity", value);
}

const expected = (name: string, what: string, value: unknown): A2AError =>
  invalidArgument(`Expected ${name} to be ${what}, got ${quote(value)}.`);
