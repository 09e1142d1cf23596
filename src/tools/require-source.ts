import type { AnyTool } from "./define-tool";

const DESCRIPTION = "Own workspace to act for, as a UUID.";

/** The tool for a client without a default workspace: each of its calls names the one that it acts for. */
export function requireSource(tool: AnyTool): AnyTool {
  const { properties, required } = tool.inputSchema;
  const name = tool.name === "send_message_to_user" ? "workspace_id" : "source_workspace_id";
  const property = properties[name];
  if (property === undefined) return tool;
  return {
    ...tool,
    inputSchema: {
      ...tool.inputSchema,
      properties: { ...properties, [name]: { ...property, description: DESCRIPTION, minLength: 1 } },
      required: [...required, name],
    },
  };
}
