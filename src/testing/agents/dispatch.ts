import type { JsonObject } from "../json";
import type { PlatformState } from "../state";
import type { Agent, Workspace } from "../workspace";
import { type AgentAnswer, forward } from "./forward";
import { incomingMessage } from "./incoming-message";
import { askReply, type Reply } from "./reply";

// An agent that is silent for this long is taken for busy.
const IDLE_LIMIT_MS = 300_000;

/** Hands a request to the agent of `target` and waits for what comes of it. Never rejects. */
export async function dispatch(
  state: PlatformState,
  target: Workspace,
  agent: Agent,
  from: string | null,
  request: JsonObject,
): Promise<AgentAnswer> {
  const message = incomingMessage(from, request);
  const giveUp = new AbortController();
  const cancelLimit = state.clock.setTimer(() => giveUp.abort(), IDLE_LIMIT_MS);
  state.dispatches.add(giveUp);
  const onConnected = (): void => {
    target.received.push(message);
  };
  try {
    if (agent.kind === "url") {
      return await forward(agent.url, JSON.stringify(request), { signal: giveUp.signal, onConnected });
    }
    onConnected();
    return await Promise.race([answerOf(agent.reply), lostAt(giveUp.signal)]);
  } finally {
    cancelLimit();
    state.dispatches.delete(giveUp);
  }

  async function answerOf(reply: Reply): Promise<AgentAnswer> {
    return { kind: "answered", status: 200, body: Buffer.from(await askReply(reply, message, request)) };
  }
}

function lostAt(signal: AbortSignal): Promise<AgentAnswer> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve({ kind: "lost" }), { once: true });
  });
}
