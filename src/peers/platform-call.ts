import type { Workspace, Workspaces } from "../identity/workspaces";
import type { HttpAnswer } from "../transport/answer";
import { type Explanation, explain, statusLine } from "../transport/answer-body";
import type { Calls } from "../transport/call";
import type { Exchange } from "../transport/exchange";
import { isRecord, type JsonRecord, parseJson } from "../transport/json";
import type { Pool } from "../transport/pool";
import { type Failure, failed, succeeded, type Verdict } from "../transport/verdict";
import { type CallOptions, checkCallOptions } from "../validate";
import type { Directory } from "./directory";
import type { Memory } from "./enricher/memory";

/** What the calls of this room need of the client. */
export interface PeersContext {
  platformUrl: string;
  /** The whole call by default, in milliseconds. */
  requestMs: number;
  workspaces: Workspaces;
  calls: Calls;
  exchange: Exchange;
  pool: Pool;
  directory: Directory;
  memory: Memory;
}

/** A call that may be repeated freely: it changes nothing on the platform. */
export interface PlatformCall<T> {
  method: "GET" | "POST";
  path(source: Workspace): string;
  body?(source: Workspace): unknown;
  options: CallOptions | undefined;
  peerId?: string | undefined;
  judge(answer: HttpAnswer, source: Workspace): Verdict<T>;
  /** For the enricher: one attempt, and nothing the process stays alive for. */
  background?: boolean | undefined;
}

export async function callPlatform<T>(context: PeersContext, spec: PlatformCall<T>): Promise<T> {
  const { workspaces, directory, pool } = context;
  const options = checkCallOptions(spec.options);
  const source =
    workspaces.named(options.source) ??
    (spec.peerId === undefined ? undefined : directory.routeTo(spec.peerId)) ??
    workspaces.default;
  const limitMs = options.timeoutMs ?? context.requestMs;
  const background = spec.background ?? false;
  const call = context.calls.begin(limitMs, options.signal, background);
  try {
    return await context.exchange<T>({
      method: spec.method,
      path: spec.path(source),
      body: spec.body === undefined ? undefined : JSON.stringify(spec.body(source)),
      workspace: source,
      pool,
      call,
      limitMs,
      once: background,
      peerId: spec.peerId,
      judge: (answer) => spec.judge(answer, source),
    });
  } finally {
    call.end();
  }
}

/** The JSON value of a success, or what went wrong with it. */
export function readJson(answer: HttpAnswer, what: string): Verdict<unknown> {
  const parsed = parseJson(answer.text);
  if (parsed.ok) return succeeded(parsed.value);
  return failed({
    ...withoutTask(answer),
    code: "bad_response",
    summary: `The platform answered HTTP ${answer.status} to ${what}, but the body is not JSON: ${parsed.problem}`,
    advice: "Check that the platform URL is the platform's and not that of a page in front of it.",
    detail: `Platform returned ${answer.status} but body was not JSON: ${parsed.problem}`,
  });
}

/** The JSON object of a success, or what went wrong with it. */
export function readJsonObject(answer: HttpAnswer, what: string): Verdict<JsonRecord> {
  const read = readJson(answer, what);
  if (!read.ok) return read;
  if (isRecord(read.value)) return succeeded(read.value);
  return failed({
    ...withoutTask(answer),
    code: "bad_response",
    summary: `The platform answered HTTP ${answer.status} to ${what}, but the body is not a JSON object`,
  });
}

/** Transient statuses of a platform or an edge in front of it; these calls are repeated on them. */
const TRANSIENT = new Set([429, 502, 503, 504]);

/** What a status means for any of these calls, unless the call itself knows better. */
export function judgeStatus(answer: HttpAnswer, what: string): Failure {
  const said = explain(answer);
  return {
    ...withoutTask(answer, said),
    ...meaning(answer, said, what),
    again: TRANSIENT.has(answer.status),
  };
}

function meaning(
  answer: HttpAnswer,
  said: Explanation,
  what: string,
): Pick<Failure, "code" | "summary" | "advice"> {
  const line = statusLine(answer, said);
  const { status } = answer;
  if (status === 401) {
    return {
      code: "unauthorized",
      summary: `The platform did not accept the token of this workspace for ${what} (${line})`,
      advice:
        "The token may be revoked, or belong to another workspace; restarting the workspace usually mints a new one.",
    };
  }
  if ((status === 403 || status === 404) && said.foreign) {
    return {
      code: "wrong_tenant",
      summary: `${capital(what)} was refused before it reached the platform's handlers (${line})`,
      advice:
        "Behind a SaaS tenant this means that `orgId` (X-Molecule-Org-Id) or `origin` is missing or wrong; elsewhere, that the platform URL is.",
    };
  }
  if (status === 429)
    return { code: "rate_limited", summary: `The platform's rate limit is reached (${line})` };
  if (status >= 500) return { code: "platform_error", summary: `The platform failed at ${what} (${line})` };
  if (status >= 400) return { code: "bad_request", summary: `The platform refused ${what} (${line})` };
  return {
    code: "bad_response",
    summary: `The platform answered ${what} with ${line}, which is not followed`,
  };
}

/** The facts every failure without a task shares. */
export function withoutTask(answer: HttpAnswer, said?: Explanation) {
  return {
    delivery: "not-sent",
    again: false,
    status: answer.status,
    retryAfterMs: said?.retryAfterMs,
  } as const;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
