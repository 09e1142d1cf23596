import type { A2AClient } from "../client/client";
import type { ClientInternals } from "../client/internals";
import { A2AError, isA2AError } from "../errors";
import type { Heartbeat } from "../heartbeat/heartbeat";
import type { Inbox } from "../inbox/inbox";
import type { InboxHandler } from "../inbox/message";
import { errorMessage } from "../text/format";
import type { ResolvedAgentOptions } from "./resolve-options";
import type { Runs } from "./runs/runs";

export interface LifecycleParts {
  readonly client: A2AClient;
  readonly internals: ClientInternals;
  readonly options: ResolvedAgentOptions;
  readonly heartbeat: Heartbeat;
  readonly runs: Runs;
  /** For an agent without a URL. */
  readonly receiving: { readonly inbox: Inbox; readonly handler: InboxHandler } | undefined;
}

/** Starts and stops an agent. */
export interface Lifecycle {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Requests are served: from the registration, which makes the platform send them, to the end of {@link stop}. */
  readonly isServing: boolean;
  /** New messages are taken. */
  readonly isAccepting: boolean;
}

interface LifecycleState {
  phase: "stopped" | "starting" | "running" | "stopping";
  /** What was asked for last. */
  goal: "running" | "stopped";
  /** The start or the stop that was asked for last. It begins when the one before has ended. */
  change: Promise<void>;
  /** Ends the registration of the start that was asked for last. */
  registering: AbortController;
}

/** How long the registration may take, in milliseconds: its attempts outlast a restart of the platform. */
const REGISTER_MS = 30_000;

export function createLifecycle(parts: LifecycleParts): Lifecycle {
  const state: LifecycleState = {
    phase: "stopped",
    goal: "stopped",
    change: Promise.resolve(),
    registering: new AbortController(),
  };
  const { onClose } = parts.internals;
  const close = () =>
    endWork(parts, 0).finally(() => {
      state.goal = "stopped";
      stopped();
    });

  function stopped(): void {
    onClose.delete(close);
    state.phase = "stopped";
  }

  async function startNow(registering: AbortController): Promise<void> {
    onClose.add(close);
    state.phase = "starting";
    try {
      await register(parts, registering.signal);
      parts.heartbeat.start();
      receive(parts);
      state.phase = "running";
    } catch (error) {
      stopped();
      if (state.registering === registering) state.goal = "stopped";
      throw error;
    }
  }

  async function stopNow(): Promise<void> {
    if (state.phase === "stopped") return;
    state.phase = "stopping";
    await endWork(parts, parts.options.finishWithinMs);
    await parts.heartbeat.stop();
    stopped();
  }

  return {
    async start() {
      if (state.goal === "stopped") {
        const registering = new AbortController();
        const start = () => startNow(registering);
        state.goal = "running";
        state.registering = registering;
        state.change = state.change.then(start, start);
      }
      await state.change;
    },
    async stop() {
      if (state.goal === "running") {
        state.goal = "stopped";
        state.registering.abort(new A2AError({ code: "closed", message: "The agent was stopped." }));
        state.change = state.change.then(stopNow, stopNow);
      }
      // Of a start that failed nothing is left.
      await state.change.catch(() => {});
    },
    get isServing() {
      return state.phase !== "stopped";
    },
    get isAccepting() {
      return state.phase === "starting" || state.phase === "running";
    },
  };
}

async function register({ client, options }: LifecycleParts, signal: AbortSignal): Promise<void> {
  const { url, card, workspace } = options;
  await client.register({ url, agentCard: card }, { source: workspace.id, signal, timeoutMs: REGISTER_MS });
}

function receive({ receiving, options }: LifecycleParts): void {
  receiving?.inbox.run(receiving.handler).catch((error: unknown) => {
    options.emit({
      type: "agent.inbox_failed",
      workspaceId: options.workspace.id,
      code: isA2AError(error) ? error.code : "configuration",
      reason: errorMessage(error),
    });
  });
}

/** Lets handlers end, and aborts those that do not. */
async function endWork({ runs, receiving }: LifecycleParts, finishWithinMs: number): Promise<void> {
  await Promise.all([runs.drain(finishWithinMs), receiving?.inbox.stop({ finishWithinMs })]);
}
