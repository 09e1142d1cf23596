import type { ToolResult } from "../messaging/tool-result";

/** The names under which hosts look the tools up. */
export type ToolName =
  | "list_peers"
  | "get_workspace_info"
  | "delegate_task"
  | "delegate_task_async"
  | "check_task_status"
  | "reply_to_workspace"
  | "send_message_to_user"
  | "commit_memory"
  | "recall_memory"
  | "wait_for_message"
  | "inbox_peek"
  | "inbox_pop";

/** JSON Schema of one argument. */
export type PropertySchema = {
  type: "string" | "integer" | "array";
  description: string;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  enum?: string[];
  minimum?: number;
  maximum?: number;
  items?: { type: "string"; minLength: number; maxLength: number };
  maxItems?: number;
};

/** JSON Schema of a tool's arguments, as strict as models and hosts allow: other arguments are refused. */
export type JsonSchema = {
  type: "object";
  properties: Record<string, PropertySchema>;
  required: string[];
  additionalProperties: false;
};

/** What a host may know of a tool before it lets a model call it, in the terms of MCP. */
export type ToolAnnotations = {
  /** It changes nothing. */
  readOnlyHint: boolean;
  /** It may remove something for good. */
  destructiveHint: boolean;
  /** The same call a second time changes nothing more. */
  idempotentHint: boolean;
  /** It reaches agents or people outside this process. */
  openWorldHint: boolean;
};

/** A tool as data, for any framework, and the function that runs it. */
export interface PeerTool {
  /** The name by which a model calls it. */
  readonly name: ToolName;
  /** For people. */
  readonly title: string;
  /** For the model: when to use the tool, when not, and what comes back. */
  readonly description: string;
  /** JSON Schema of the arguments. */
  readonly inputSchema: JsonSchema;
  /** What a host may know before it lets a model call it. */
  readonly annotations: ToolAnnotations;
  /** Checks the arguments that a model chose, and runs the tool. Never rejects: a failure is a result as well. */
  run(input: unknown, options?: { signal?: AbortSignal | undefined }): Promise<ToolResult>;
}
