// Names of OpenTelemetry's conventions for A2A and for generative AI, and those of this package for what they do not name.

export const METHOD = "a2a.method.name";
export const MESSAGE_ID = "a2a.message.id";
export const TASK_ID = "a2a.task.id";
export const TASK_STATE = "a2a.task.state";
export const PROTOCOL_VERSION = "a2a.protocol.version";
export const CONVERSATION_ID = "gen_ai.conversation.id";
export const AGENT_ID = "gen_ai.agent.id";
export const AGENT_NAME = "gen_ai.agent.name";
export const SERVER_ADDRESS = "server.address";
export const SERVER_PORT = "server.port";
export const ERROR_TYPE = "error.type";
export const HTTP_STATUS = "http.response.status_code";

export const OUTCOME = "a2a_peers.outcome";
export const DELIVERY = "a2a_peers.delivery";
export const ATTEMPT = "a2a_peers.attempt";
export const ATTEMPTS = "a2a_peers.attempts";
export const DELAY_MS = "a2a_peers.delay_ms";
export const SENDER_ID = "a2a_peers.sender.id";
export const DELEGATION_ID = "a2a_peers.delegation.id";
export const IN_REPLY_TO = "a2a_peers.in_reply_to";
export const WORKSPACE_ID = "a2a_peers.workspace.id";
export const INBOX_STATE = "a2a_peers.inbox.state";
export const MESSAGE_TEXT = "a2a_peers.message.text";
export const REPLY_TEXT = "a2a_peers.reply.text";

/** The state of a task as the conventions write it: `input-required` is `TASK_STATE_INPUT_REQUIRED`. */
export const taskState = (state: string): string => `TASK_STATE_${state.toUpperCase().replaceAll("-", "_")}`;
