import type { Workspace, Workspaces } from "../../identity/workspaces";
import { serializeJson } from "../../text/serialize-json";
import { type CallOptions, checkCallOptions } from "../../validation/options";
import type { Calls } from "../call";
import type { Pool } from "../http/pool";
import type { HttpResponse } from "../response";
import type { Execute } from "./execute";
import type { ExecuteRequest } from "./execute-request";
import type { Progress } from "./progress";
import type { Result } from "./result";

/** What a call that is no message needs of the client. */
export interface RequestContext {
  /** The whole call by default, in milliseconds. */
  requestMs: number;
  workspaces: Workspaces;
  calls: Calls;
  execute: Execute;
  pool: Pool;
}

/** A call of the platform: short, on the small pool, within one time limit over all its repeats. */
export interface PlatformRequest<T> {
  method: "GET" | "POST";
  /** Path below the platform URL. */
  path(source: Workspace): string;
  body?(source: Workspace): unknown;
  options: CallOptions | undefined;
  /** The workspace to ask with when the caller named none. @default the client's default workspace */
  source?: Workspace | undefined;
  peerId?: string | undefined;
  task?: ExecuteRequest<T>["task"];
  progress?: Progress | undefined;
  classify(answer: HttpResponse, source: Workspace): Result<T>;
  /** For work nobody waits for: one attempt, and nothing the process stays alive for. */
  background?: boolean | undefined;
}

export async function requestPlatform<T>(context: RequestContext, request: PlatformRequest<T>): Promise<T> {
  const options = checkCallOptions(request.options);
  const { workspaces } = context;
  const source = workspaces.named(options.source) ?? request.source ?? workspaces.default;
  const limitMs = options.timeoutMs ?? context.requestMs;
  const background = request.background ?? false;
  const call = context.calls.begin(limitMs, options.signal, background);
  try {
    return await context.execute<T>({
      method: request.method,
      path: request.path(source),
      body: request.body === undefined ? undefined : serializeJson(request.body(source)),
      workspace: source,
      pool: context.pool,
      call,
      limitMs,
      once: background,
      peerId: request.peerId,
      task: request.task,
      progress: request.progress,
      classify: (answer) => request.classify(answer, source),
    });
  } finally {
    call.end();
  }
}
