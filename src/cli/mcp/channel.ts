import type { Server } from "@modelcontextprotocol/server";
import type { A2AClient } from "a2a-peers";
import type { Inbox, InboxMessage } from "a2a-peers/inbox";
import { toInboundFields } from "a2a-peers/tools";

/** Declared by servers that push messages, for hosts that show them to the model. */
export const CHANNEL_CAPABILITY = "claude/channel";
const METHOD = "notifications/claude/channel";

/** Pushes the messages of the inboxes to the host. They stay in their inbox until they are popped. */
export interface Channel {
  /** Pushes through this server from now on, beginning with what waits already. */
  open(server: Server): void;
  /** Pushes soon what waits and was not pushed yet, unless `wait_for_message` takes it first. */
  pushSoon(): void;
}

interface ChannelState {
  server: Server | undefined;
  isScheduled: boolean;
  /** Ids of the messages that were pushed and still wait. */
  pushed: ReadonlySet<string>;
}

/** As many messages as an inbox keeps at once. */
const ALL = 1000;

/**
 * From a message to its push, in milliseconds: a call of `wait_for_message` that is under way takes it meanwhile, and
 * the name of its sender is known by then as a rule.
 */
const PUSH_DELAY_MS = 250;

export function createChannel(
  client: Pick<A2AClient, "agentCardUrl">,
  inboxes: readonly Inbox[],
  onError: (error: unknown) => void,
): Channel {
  const state: ChannelState = { server: undefined, isScheduled: false, pushed: new Set() };

  function push(): void {
    state.isScheduled = false;
    const { server, pushed } = state;
    if (server === undefined) return;
    const waiting = inboxes.flatMap((inbox) => inbox.peek(ALL));
    state.pushed = new Set(waiting.map(({ id }) => id));
    for (const message of waiting) if (!pushed.has(message.id)) send(server, message);
  }

  function send(server: Server, message: InboxMessage): void {
    const { text, ...fields } = toInboundFields(client, message);
    // Hosts take texts alone.
    const meta = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
    server.notification({ method: METHOD, params: { content: text, meta } }).catch(onError);
  }

  function pushSoon(): void {
    if (state.isScheduled) return;
    state.isScheduled = true;
    setTimeout(push, PUSH_DELAY_MS).unref();
  }

  return {
    open(server) {
      if (state.server === server) return;
      state.server = server;
      pushSoon();
    },
    pushSoon,
  };
}
