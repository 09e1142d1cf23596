/**
 * What an agent does instead of a response:
 * - `busy`: it never responds, and the platform queues the message (202) at once, without the idle timeout;
 * - `restarting`: its container is gone, and the platform restarts it (503 with `restarting`);
 * - `cut`: its response breaks off (502 with `delivery_confirmed: true`);
 * - `silent`: it does not respond until the idle timeout.
 */
export type AgentFaultKind = "busy" | "restarting" | "cut" | "silent";

/** A value that a reply returns to fail in place of the agent. */
export interface AgentFault {
  /** Which fault. */
  readonly agentFault: AgentFaultKind;
}

/**
 * Creates what a `reply` returns, or a step of a script is, to fail in a way of its own. The message counts as received.
 *
 * @example
 * const peer = platform.addWorkspace({ reply: () => agentFault("busy") });
 */
export function agentFault(kind: AgentFaultKind): AgentFault {
  const fault = { agentFault: kind };
  FAULTS.add(fault);
  return fault;
}

// Any other object with this field is a result.
const FAULTS = new WeakSet<object>();

export function isAgentFault(value: unknown): value is AgentFault {
  return typeof value === "object" && value !== null && FAULTS.has(value);
}
