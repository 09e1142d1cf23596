import type { JsonObject } from "../json";
import type { PlatformState } from "../state";
import type { Agent, Workspace } from "../workspace";
import { type AgentAnswer, forward } from "./forward";
import { incomingMessage } from "./incoming-message";
import { askReply, type Reply } from "./reply";

// An agent that is silent for this long is taken for busy, unless its heartbeat asked for another limit.
const IDLE_LIMIT_SECONDS = 300;
// Where there is a ceiling nobody waits longer than this, whatever signs of life there are.
const CEILING_MS = 30 * 60_000;

// The earlier version goes wherever an agent sends it.
const REDIRECTS = { "2026-04": 10, "2026-05": undefined };

/** A request on its way to an agent. */
export interface Dispatch {
  readonly targetId: string;
  /** The target was heard of: it may stay silent for its whole idle limit again. */
  showLife(): void;
  giveUp(): void;
}

interface Errand {
  readonly from: string | null;
  readonly request: JsonObject;
  readonly hasCeiling: boolean;
}

/** Hands a request to the agent of `target` and waits for what comes of it. Never rejects. */
export async function dispatch(
  state: PlatformState,
  target: Workspace,
  agent: Agent,
  { from, request, hasCeiling }: Errand,
): Promise<AgentAnswer> {
  const message = incomingMessage(from, request);
  const { waiting, signal, end } = waitForLife(state, target, hasCeiling);
  state.dispatches.add(waiting);
  const onConnected = (): void => {
    target.received.push(message);
  };
  try {
    if (agent.kind === "url") {
      const redirects = REDIRECTS[state.version];
      return await forward(agent.url, JSON.stringify(request), { signal, onConnected, redirects });
    }
    onConnected();
    return await Promise.race([answerOf(agent.reply), lostAt(signal)]);
  } finally {
    end();
    state.dispatches.delete(waiting);
  }

  async function answerOf(reply: Reply): Promise<AgentAnswer> {
    return { kind: "answered", status: 200, body: Buffer.from(await askReply(reply, message, request)) };
  }
}

/** Aborts when the target is silent for too long. The limit is the one that holds when the wait begins. */
function waitForLife(state: PlatformState, target: Workspace, hasCeiling: boolean) {
  const idleMs = (target.idleTimeoutSeconds ?? IDLE_LIMIT_SECONDS) * 1000;
  const controller = new AbortController();
  const giveUp = (): void => controller.abort();
  const cancelCeiling = hasCeiling ? state.clock.setTimer(giveUp, CEILING_MS) : () => undefined;
  let cancelIdle = state.clock.setTimer(giveUp, idleMs);
  const waiting: Dispatch = {
    targetId: target.id,
    showLife() {
      cancelIdle();
      cancelIdle = state.clock.setTimer(giveUp, idleMs);
    },
    giveUp,
  };
  function end(): void {
    cancelIdle();
    cancelCeiling();
  }
  return { waiting, signal: controller.signal, end };
}

function lostAt(signal: AbortSignal): Promise<AgentAnswer> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve({ kind: "lost" }), { once: true });
  });
}
