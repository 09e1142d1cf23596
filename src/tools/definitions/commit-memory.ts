import { settle } from "../../errors";
import { isRecord } from "../../text/json";
import { sanitizeLine } from "../../text/sanitize";
import { resolveSource } from "../context";
import { defineTool } from "../define-tool";
import { memoriesPath, SCOPE, type Scope } from "../memories";
import { SENDS, SOURCE } from "../properties";
import { failure } from "../run-tool";

interface Input {
  content: string;
  scope?: Scope;
  source_workspace_id?: string;
}

const NOT_ROOT =
  "Nothing was stored: only root workspaces can write GLOBAL memories, and this one has a parent. Call commit_memory again with scope TEAM, or LOCAL.";

export const commitMemory = defineTool<Input>({
  name: "commit_memory",
  title: "Remember something",
  description:
    "Stores a fact on the platform, where recall_memory finds it in later conversations. Use it for decisions, preferences and results that will matter again. Do not use it for secrets, which the platform blanks out, nor for what is in this conversation anyway. The same text stored twice is stored twice. Comes back with the id and the scope.",
  properties: {
    content: {
      type: "string",
      description: "The fact in full: whoever reads it later knows nothing of this conversation.",
      minLength: 1,
      maxLength: 50_000,
    },
    scope: {
      ...SCOPE,
      description:
        "Who can recall it: LOCAL this workspace alone, TEAM its team too, GLOBAL every workspace (only root workspaces may store those). Left out: LOCAL.",
    },
    source_workspace_id: SOURCE,
  },
  required: ["content"],
  annotations: { ...SENDS, openWorldHint: false },
  async execute(context, { content, scope = "LOCAL", source_workspace_id }, signal) {
    const source = resolveSource(context, source_workspace_id);
    const answer = await settle(
      context.client.request("POST", memoriesPath(context, source), {
        body: { content, scope },
        source,
        signal,
      }),
    );
    if (!answer.ok) {
      if (scope === "GLOBAL" && answer.error.status === 403) return failure(NOT_ROOT, answer.error);
      throw answer.error;
    }
    const { body } = answer.value;
    const stored = isRecord(body) ? body : {};
    const id = typeof stored.id === "string" ? ` as ${sanitizeLine(stored.id)}` : "";
    return { text: `Stored${id}, scope ${scope}.`, isError: false, data: body };
  },
});
