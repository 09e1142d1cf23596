/** Who asks: a workspace and its token. */
export interface Party {
  readonly id: string;
  readonly token: string;
}

/** How a request differs from a bare one. */
export interface Asking {
  /** Names the workspace in `X-Workspace-ID` and shows its token. */
  readonly as?: Party;
  /** Names the caller alone. */
  readonly caller?: string;
  /** Shows a token alone. */
  readonly bearer?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string is sent as it is, anything else as JSON. */
  readonly body?: unknown;
  /** Without `X-Molecule-Org-Id` and `Origin`, as somebody from outside would ask. @default false */
  readonly foreign?: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Undefined for a text that is no JSON. */
  readonly json: unknown;
}

export type Ask = (method: string, path: string, asking?: Asking) => Promise<Answer>;

// Longer than any check needs; a platform that does not answer must not stop the suite.
const PATIENCE_MS = 30_000;
// The time to wait is told in whole seconds.
const MARGIN_MS = 100;

/**
 * Makes bare HTTP requests: what a client would repair, forgive or not send must show. `tenant` are the headers of
 * every request.
 */
export function askerOf(url: string, tenant: Readonly<Record<string, string>>): Ask {
  return async (method, path, { as, caller = as?.id, bearer = as?.token, headers, body, foreign } = {}) => {
    const response = await fetch(url + path, {
      method,
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE_MS),
      headers: {
        ...(foreign ? {} : tenant),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...(caller !== undefined && { "x-workspace-id": caller }),
        ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
        ...headers,
      },
      body: body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: jsonOf(text) };
  };
}

/** Asks again after the time to wait, where the allowance of requests is used up: all checks count as one client. */
export function patient(ask: Ask): Ask {
  return async (method, path, asking) => {
    for (;;) {
      const answer = await ask(method, path, asking);
      const seconds = answer.headers.get("retry-after");
      if (answer.status !== 429 || seconds === null) return answer;
      await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1000 + MARGIN_MS));
    }
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
