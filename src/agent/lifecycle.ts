import type { A2AClient } from "../client/client";
import type { ClientInternals } from "../client/internals";
import { isA2AError } from "../errors";
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
  /** The start or the stop that began last. */
  change: Promise<void>;
}

export function createLifecycle(parts: LifecycleParts): Lifecycle {
  const state: LifecycleState = { phase: "stopped", change: Promise.resolve() };
  const { onClose } = parts.internals;
  const close = () => endWork(parts, 0).finally(() => stopped());

  function stopped(): void {
    onClose.delete(close);
    state.phase = "stopped";
  }

  async function startNow(): Promise<void> {
    onClose.add(close);
    try {
      await register(parts);
      parts.heartbeat.start();
      receive(parts);
      state.phase = "running";
    } catch (error) {
      stopped();
      throw error;
    }
  }

  async function stopNow(): Promise<void> {
    await endWork(parts, parts.options.finishWithinMs);
    await parts.heartbeat.stop();
    stopped();
  }

  async function start(): Promise<void> {
    if (state.phase === "stopping") {
      await state.change;
      return start();
    }
    if (state.phase === "stopped") {
      state.phase = "starting";
      state.change = startNow();
    }
    await state.change;
  }

  async function stop(): Promise<void> {
    if (state.phase === "starting") await state.change.catch(() => {});
    if (state.phase === "running") {
      state.phase = "stopping";
      state.change = stopNow();
    }
    if (state.phase === "stopping") await state.change;
  }

  return {
    start,
    stop,
    get isServing() {
      return state.phase !== "stopped";
    },
    get isAccepting() {
      return state.phase === "starting" || state.phase === "running";
    },
  };
}

async function register({ client, options }: LifecycleParts): Promise<void> {
  const { url, card, workspace } = options;
  await client.register({ url, agentCard: card }, { source: workspace.id });
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
