// Loaded before a test begins: the client loads it with its first request over a fetch, in real time.
import "ofetch";
import type { HeldClock } from "../../helpers/held-clock";

/** How the platform reacts to a request: with an answer, never, or with the end of the connection. */
export type Answer = ScriptedAnswer | "hang" | "reset";

export interface ScriptedAnswer {
  status: number;
  /** Text is sent as it is, anything else as JSON. */
  body?: unknown;
  headers?: Record<string, string>;
  /** @default at once */
  afterMs?: number;
}

export interface BeatBody {
  workspace_id: string;
  error_rate: number;
  sample_error: string;
  active_tasks: number;
  current_task: string;
  uptime_seconds: number;
  monthly_spend?: number;
  runtime_state?: string;
  runtime_metadata?: { capabilities: Record<string, boolean>; idle_timeout_seconds?: number };
}

export interface Sent {
  at: number;
  route: string;
  token: string | undefined;
  body: unknown;
  /** When it was answered, aborted or reset. */
  endedAt?: number;
}

/** Answers the requests to one route; `index` counts them from 0. */
export type Script = (sent: Sent, index: number) => Answer;

export interface Scripted {
  fetch: typeof fetch;
  readonly sent: readonly Sent[];
  /** The most requests to one route that were open at once. */
  mostAtOnce(route: string): number;
  on(route: string, script: Script): void;
}

export const OK: ScriptedAnswer = { status: 200, body: { status: "ok" } };

/** Answers in order; the last one stays. */
export function inOrder(...answers: [Answer, ...Answer[]]): Script {
  return (_, index) => answers[Math.min(index, answers.length - 1)] ?? answers[0];
}

/** A platform without sockets: a script answers every request, on the clock of the test. */
export function scriptedPlatform(clock: HeldClock): Scripted {
  const scripts = new Map<string, Script>();
  const sent: Sent[] = [];
  const open = new Map<string, number>();
  const most = new Map<string, number>();

  function began(route: string): void {
    const count = (open.get(route) ?? 0) + 1;
    open.set(route, count);
    most.set(route, Math.max(most.get(route) ?? 0, count));
  }

  async function answered(request: Sent, signal: AbortSignal | null | undefined): Promise<Response> {
    const script = scripts.get(request.route);
    if (script === undefined) throw new Error(`no script for ${request.route}`);
    const answer = script(request, sent.filter(({ route }) => route === request.route).length - 1);
    if (answer === "reset") throw Object.assign(new Error("connection lost"), { code: "ECONNRESET" });
    await new Promise<void>((resolve, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
      if (answer === "hang") return;
      if (answer.afterMs === undefined) resolve();
      else signal?.addEventListener("abort", clock.setTimer(resolve, answer.afterMs, true), { once: true });
    });
    if (answer === "hang") throw new Error("unreachable");
    const { status, body, headers = {} } = answer;
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return new Response(text ?? null, { status, headers });
  }

  return {
    sent,
    mostAtOnce: (route) => most.get(route) ?? 0,
    on: (route, script) => void scripts.set(route, script),
    async fetch(input, init) {
      const route = `${init?.method} ${new URL(String(input)).pathname}`;
      const headers = new Headers(init?.headers);
      const request: Sent = {
        at: clock.now(),
        route,
        token: headers.get("authorization")?.replace(/^Bearer /, ""),
        body: typeof init?.body === "string" ? JSON.parse(init.body) : undefined,
      };
      sent.push(request);
      began(route);
      try {
        return await answered(request, init?.signal);
      } finally {
        request.endedAt = clock.now();
        open.set(route, (open.get(route) ?? 1) - 1);
      }
    },
  };
}
