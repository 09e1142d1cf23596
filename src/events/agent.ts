import type { CodeFields, MessageFields, ReasonFields, WorkspaceFields } from "./fields";

/** A handler begins to work on a pushed message. */
export interface AgentReceived extends WorkspaceFields, MessageFields {
  type: "agent.received";
  /** As the request states it; `null` for the human, and for delegations, whose sender the platform does not state. */
  senderId: string | null;
}

/** A pushed message has come again: it joins its first delivery, and no handler is called. */
export interface AgentRepeated extends WorkspaceFields, MessageFields {
  type: "agent.repeated";
  /** The state of the first delivery. */
  state: string;
}

/** The work on a pushed message has ended. */
export interface AgentSettled extends WorkspaceFields, MessageFields {
  type: "agent.settled";
  /** `completed`, `failed`, `canceled`, `input-required` or `auth-required`. */
  state: string;
  /** Milliseconds from its arrival to its end. */
  elapsedMs: number;
  /** Why a handler failed, in its own words, which the sender is not told. */
  reason?: string;
}

/**
 * A request was refused before its content was read, or, `full`, because as many messages are worked on as the agent
 * takes. `no-secret`: the inbound secret is not known (yet). Reported at the 1st, 10th, 100th and so on for each reason.
 */
export interface AgentRequestRefused extends WorkspaceFields {
  type: "agent.request_refused";
  /** Why it was refused. */
  reason:
    | "unsigned"
    | "wrong-secret"
    | "no-secret"
    | "not-allowed"
    | "method"
    | "content-type"
    | "too-large"
    | "not-text"
    | "incomplete"
    | "full";
  /** Requests refused for this reason so far. */
  count: number;
}

/**
 * A request without a signature was accepted: the platform is one of April 2026, which signs none, or `authenticate`
 * allows it. Whoever reaches the agent's URL can send it messages. Reported once.
 */
export interface AgentUnsignedAccepted extends WorkspaceFields {
  type: "agent.unsigned_accepted";
}

/** The inbox of an agent without a URL has ended for good; no messages are received any more. */
export interface AgentInboxFailed extends WorkspaceFields, ReasonFields, CodeFields {
  type: "agent.inbox_failed";
}

/** The events of an agent, beside those of its heartbeat and its inbox. */
export type AgentEvent =
  | AgentReceived
  | AgentRepeated
  | AgentSettled
  | AgentRequestRefused
  | AgentUnsignedAccepted
  | AgentInboxFailed;
