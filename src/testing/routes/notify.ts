import { writeActivity } from "../activity/activity";
import { cut } from "../activity/cut";
import { tell } from "../events";
import { type JsonObject, parseJson } from "../json";
import { hasShape, isInteger, isText } from "../registry/shape";
import { findWorkspace, type PlatformState } from "../state";
import type { RouteContext } from "./env";

interface WireNotice {
  message?: string | null;
  attachments?: JsonObject[] | null;
}

/** Shows the human a message of the agent. It stays in the agent's own activity, as if it had been received. */
export function notify(state: PlatformState) {
  return (c: RouteContext<"/workspaces/:id/notify">): Response => {
    const body = parseJson(c.env.body.toString());
    if (!isWireNotice(body) || !body.message) return c.json({ error: "message is required" }, 400);
    const { message } = body;
    const attachments = body.attachments ?? [];
    const nameless = attachments.findIndex(({ uri, name }) => !uri || !name);
    if (nameless >= 0) return c.json({ error: `attachment[${nameless}]: uri and name are required` }, 400);
    const workspace = findWorkspace(state, c.req.param("id"));
    if (workspace === undefined || workspace.status === "removed") {
      return c.json({ error: "workspace not found" }, 404);
    }
    const { id, name } = workspace;
    tell(state, id, "AGENT_MESSAGE", {
      message,
      workspace_id: id,
      name,
      ...(attachments.length > 0 && { attachments }),
    });
    writeActivity(state, {
      workspace_id: id,
      activity_type: "a2a_receive",
      method: "notify",
      summary: `Agent message: ${cut(message, 80)}`,
      response_body: {
        result: message,
        ...(attachments.length > 0 && { parts: attachments.map((file) => ({ kind: "file", file })) }),
      },
    });
    workspace.notifications.push(message);
    return c.json({ status: "sent" });
  };
}

function isWireNotice(body: unknown): body is WireNotice {
  return hasShape(body, { message: isText, attachments: isAttachments });
}

function isAttachments(value: unknown): boolean {
  const shape = { uri: isText, name: isText, mimeType: isText, size: isInteger };
  return Array.isArray(value) && value.every((each) => hasShape(each, shape));
}
