import type { AgentEvent } from "../events";
import type { HeartbeatOptions } from "../heartbeat/options";
import type { InboxHandlerResult, InboxMessage } from "../inbox/message";
import type { InboxOptions } from "../inbox/options";
import type { OutgoingMessage } from "../messaging/outgoing-message";
import type { AgentCard } from "../registration/agent-card";
import type { Authenticate } from "./guard/authenticate";

/**
 * A question back to the sender, in the place of an answer. Where the message was pushed, its task stays open and the
 * sender's next message with its `taskId` comes to the handler with that `taskId`; an inbox sends it as any answer.
 */
export interface AgentQuestion extends OutgoingMessage {
  /** Whether the agent needs an answer, or an authorisation. */
  state: "input-required" | "auth-required";
}

/** What a handler may return: an answer, a question back, or nothing. */
export type AgentHandlerResult = InboxHandlerResult | AgentQuestion;

/** Works on one message. What it returns is the answer; what it throws is reported to the platform as a failure. */
export type AgentHandler = (
  message: InboxMessage,
  context: { signal: AbortSignal },
  // biome-ignore lint/suspicious/noConfusingVoidType: a handler without a return statement is a usual one
) => void | AgentHandlerResult | Promise<void | AgentHandlerResult>;

/** Options of `createAgent`. */
export interface AgentOptions {
  /** Describes the agent to its peers. */
  card: AgentCard;
  /**
   * Where the platform reaches `agent.fetch`: `http` or `https`, at an address the platform may call. Without it the
   * messages are fetched by an inbox.
   */
  url?: string | undefined;
  /** Works on each message; what it returns is the answer. */
  onMessage: AgentHandler;
  /** Id of the own workspace. @default the client's default workspace */
  source?: string | undefined;
  /** Options of the agent's heartbeat, without `source`. @default {} */
  heartbeat?: HeartbeatOptions | undefined;
  /** For an agent without a `url`. */
  inbox?: InboxOptions | undefined;
  /**
   * Who may send requests to `agent.fetch`: `"inbound-secret"` the platform alone, `"optional"` also whoever sends no
   * `Authorization`, or a function that decides without reading the body.
   * @default "inbound-secret", and "optional" on a platform of April 2026, which signs nothing
   */
  authenticate?: Authenticate | undefined;
  /**
   * How long a pushed message waits for its answer, in milliseconds; then it is answered with a task that is `working`.
   * Below the 300000 after which the platform gives up on an agent that sends no beats. A delegation waits up to 29
   * minutes in any case, because the platform fetches no result later. @default 270000
   */
  answerWithinMs?: number | undefined;
  /** How long {@link Agent.stop} lets handlers go on before their signals are aborted, in milliseconds. @default 10000 */
  finishWithinMs?: number | undefined;
  /** The largest pushed request, in bytes. @default 8388608 */
  maxRequestBytes?: number | undefined;
  /**
   * Pushed messages that are worked on at once. A further one is answered as one that did not reach the agent, and its
   * sender sends it again. @default 256
   */
  maxConcurrentMessages?: number | undefined;
  /** Called for each event of the agent itself. May throw without harm. @default the client's */
  onEvent?: ((event: AgentEvent) => void) | undefined;
}
