import { resolveSource } from "../context";
import { defineTool } from "../define-tool";
import { field } from "../format-peer";
import { READS, SOURCE } from "../properties";

interface Input {
  source_workspace_id?: string;
}

export const getWorkspaceInfo = defineTool<Input>({
  name: "get_workspace_info",
  title: "Get workspace info",
  description:
    "Shows the workspace of this agent itself: id, name, role, tier, parent and status. Use it to learn who you are on the platform, or why others do not reach you. Do not use it for peers: list_peers shows those. A workspace that was removed is an error that says when, and what to do.",
  properties: { source_workspace_id: SOURCE },
  annotations: READS,
  async execute(context, { source_workspace_id }, signal) {
    const { client, workspaceIds } = context;
    const source = resolveSource(context, source_workspace_id);
    const info = await client.getWorkspaceInfo({ source, signal });
    const others = workspaceIds.filter((id) => id !== info.id);
    const lines = [
      field("id", info.id),
      field("name", info.name),
      field("role", info.role),
      field("tier", info.tier),
      field("parent", info.parent_id),
      field("status", info.status),
      field("active tasks", info.active_tasks),
      others.length === 0 ? "" : `other own workspaces: ${others.join(", ")}`,
    ];
    return { text: lines.filter((line) => line !== "").join("\n"), isError: false, data: info };
  },
});
