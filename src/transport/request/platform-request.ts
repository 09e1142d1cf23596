import type { Workspace, Workspaces } from "../../identity/workspaces";
import { serializeJson } from "../../text/serialize-json";
import { type CallOptions, checkCallOptions } from "../../validation/options";
import type { Priority } from "../allowance/allowance";
import type { Calls } from "../calls";
import type { HttpMethod } from "../http/http";
import type { Pool } from "../http/pool";
import type { HttpResponse } from "../response";
import type { Execute } from "./execute";
import type { EncodedBody, ExecuteRequest } from "./execute-request";
import type { Progress } from "./progress";
import type { Result } from "./result";

/** The services of the client that a request other than a message needs. */
export interface RequestContext {
  /** Default limit of the whole call, in milliseconds. */
  requestMs: number;
  workspaces: Workspaces;
  calls: Calls;
  execute: Execute;
  pool: Pool;
}

/** A request to the platform other than a message: within one time limit over all its attempts. */
export interface PlatformRequest<T> {
  method: HttpMethod;
  /** Path below the platform URL. */
  path(source: Workspace): string;
  body?(source: Workspace): unknown;
  /** JSON text, or a body of another type, instead of `body`. */
  encoded?: string | EncodedBody | undefined;
  options: CallOptions | undefined;
  /** The workspace that makes the request when the caller named none. @default the client's default workspace */
  source?: Workspace | undefined;
  peerId?: string | undefined;
  task?: ExecuteRequest<T>["task"];
  progress?: Progress | undefined;
  classify(response: HttpResponse, source: Workspace): Result<T>;
  /** @default "poll" in the background, else "send" */
  priority?: Priority | undefined;
  /** For background work: one attempt, which does not keep the process alive. */
  background?: boolean | undefined;
}

/** Checks the options and executes the request as a call of its own. */
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
      body: request.body === undefined ? request.encoded : serializeJson(request.body(source)),
      workspace: source,
      pool: context.pool,
      call,
      limitMs,
      once: background,
      priority: request.priority ?? (background ? "poll" : "send"),
      peerId: request.peerId,
      task: request.task,
      progress: request.progress,
      classify: (response) => request.classify(response, source),
    });
  } finally {
    call.end();
  }
}
