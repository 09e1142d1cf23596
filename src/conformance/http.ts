/** A workspace id and its token. */
export interface Credentials {
  readonly id: string;
  readonly token: string;
}

/** The credentials of a workspace of the embedded platform that has a token. */
export function credentialsOf({ id, token }: { id: string; token: string | null }): Credentials {
  return { id, token: token ?? "" };
}

export interface RequestOptions {
  /** Sends the id in `X-Workspace-ID` and the token in `Authorization`. */
  readonly as?: Credentials;
  /** Sends the id alone. */
  readonly caller?: string;
  /** Sends the token alone. */
  readonly bearer?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string is sent unchanged, anything else as JSON. */
  readonly body?: unknown;
  /** Reads the first bytes of the body and no more, for a body without an end. @default false */
  readonly firstBytes?: boolean;
  /** Leaves out `X-Molecule-Org-Id` and `Origin`. @default false */
  readonly withoutTenant?: boolean;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; undefined when it is not JSON. */
  readonly json: unknown;
}

export type SendRequest = (method: string, path: string, options?: RequestOptions) => Promise<HttpResponse>;

// Longer than any check needs: a platform that never responds must not block the suite.
const TIMEOUT_MS = 30_000;
// Retry-After is in whole seconds, so the limit may end a little later.
const RETRY_MARGIN_MS = 100;

/**
 * Creates a function that makes plain HTTP requests with `fetch`, without retries or redirects. `tenantHeaders` are
 * added to every request.
 */
export function createRequester(url: string, tenantHeaders: Readonly<Record<string, string>>): SendRequest {
  return async (method, path, options = {}) => {
    const { as, caller = as?.id, bearer = as?.token, headers, body, withoutTenant } = options;
    const response = await fetch(url + path, {
      method,
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        ...(withoutTenant ? {} : tenantHeaders),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...(caller !== undefined && { "x-workspace-id": caller }),
        ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
        ...headers,
      },
      body: body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body),
    });
    const text = options.firstBytes ? await readFirstBytes(response) : await response.text();
    return { status: response.status, headers: response.headers, text, json: parseJson(text) };
  };
}

/** Repeats a request that is over the rate limit after its `Retry-After`: all checks share one limit. */
export function retryRateLimited(request: SendRequest): SendRequest {
  return async (method, path, options) => {
    for (;;) {
      const response = await request(method, path, options);
      const seconds = response.headers.get("retry-after");
      if (response.status !== 429 || seconds === null) return response;
      await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1000 + RETRY_MARGIN_MS));
    }
  };
}

async function readFirstBytes({ body }: Response): Promise<string> {
  const reader = body?.getReader();
  const chunk = await reader?.read();
  await reader?.cancel();
  return Buffer.from(chunk?.value ?? []).toString();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
