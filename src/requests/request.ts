import { invalidArgument } from "../errors";
import { quote } from "../text/format";
import type { HttpMethod } from "../transport/http/http";
import { classifyRead, classifyWrite } from "../transport/request/classify-status";
import type { TaskSafety } from "../transport/request/execute-request";
import { type RequestContext, requestPlatform } from "../transport/request/platform-request";
import { type Failure, fail } from "../transport/request/result";
import { type HttpResponse, isSuccess } from "../transport/response";
import { serializeBody } from "./body";
import { checkRequestOptions, type RequestOptions } from "./options";
import { checkPath } from "./path";
import { type PlatformResponse, readResponse } from "./response";

/** Services of the client that requests to any route need. */
export interface RequestsContext extends RequestContext {
  /** Largest body as JSON, in bytes. */
  requestBytes: number;
}

const METHODS: ReadonlySet<string> = new Set<HttpMethod>(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);

/** Makes a request to any route of the platform, as the workspace. Resolves to a success; anything else throws. */
export async function request(
  context: RequestsContext,
  method: HttpMethod,
  path: string,
  given?: RequestOptions,
): Promise<PlatformResponse> {
  if (!METHODS.has(method)) {
    throw invalidArgument(
      `Expected \`method\` to be one of ${[...METHODS].join(", ")}, got ${quote(method)}.`,
    );
  }
  const { query, body, idempotent = false, ...options } = checkRequestOptions(given);
  const isRead = method === "GET" || method === "HEAD";
  if (isRead && body !== undefined) {
    throw invalidArgument(`A ${method} request has no \`body\`: give parameters as \`query\`.`);
  }
  const target = checkPath(path, query);
  const json = serializeBody(body, context.requestBytes);
  const [route = ""] = path.split("?", 1);
  const what = `${method} ${route}`;
  return requestPlatform<PlatformResponse>(context, {
    method,
    path: () => target,
    encoded: json,
    options,
    task: isRead ? undefined : toSafety(idempotent || method === "PUT" || method === "DELETE"),
    classify: (response) =>
      isSuccess(response.status)
        ? readResponse(response, what)
        : fail(
            withRouteAdvice(isRead ? classifyRead(response, what) : classifyWrite(response, what), response),
          ),
  });
}

/** What is idempotent may be repeated whatever became of it, as a task with a key may. */
const toSafety = (isIdempotent: boolean): TaskSafety => ({
  retryMaybeDelivered: isIdempotent,
  keyed: isIdempotent,
});

/** The platform itself answers a route that it does not have as a proxy in front of it does. */
function withRouteAdvice(failure: Failure, { status }: HttpResponse): Failure {
  if (status !== 404 || failure.code !== "wrong_tenant") return failure;
  return {
    ...failure,
    advice: `The platform may have no such route: check the path. ${failure.advice ?? ""}`,
  };
}
