import type { Delegation } from "../delegation/delegation-record";
import { peerLabel } from "../messaging/delegate-task";
import { ERROR_PREFIX, toToolText } from "../messaging/tool-text";
import { sanitizeLine } from "../text/sanitize";
import type { ToolContext } from "./context";
import { nextStep } from "./next-step";

/** A delegation as one line of a list for a model. */
export function formatDelegationLine(
  { client }: ToolContext,
  { delegationId, targetId, status, responsePreview, error }: Delegation,
): string {
  const peer = targetId === "" ? "" : ` for ${peerLabel(client, targetId)}`;
  const detail = sanitizeLine(responsePreview || error).slice(0, 120);
  return `- task_id: ${delegationId}${peer}: ${status}${detail === "" ? "" : `; ${detail}`}`;
}

/** A delegation for a model: its result, or why there is none and what to do. */
export function formatDelegation(context: ToolContext, delegation: Delegation): string {
  const { delegationId, targetId, status, error, outcome, lost } = delegation;
  const peer = targetId === "" ? "the peer" : peerLabel(context.client, targetId);
  const lead = `Task ${delegationId} for ${peer}`;
  if (status === "failed") return `${ERROR_PREFIX}${lead} failed. ${error}`.trim();
  if (status === "completed")
    return lost ? `${lead} is completed. ${error}` : `${lead} is completed. ${resultOf(delegation)}`;
  if (outcome !== undefined && outcome.kind !== "reply") {
    const result = { text: toToolText(outcome), isError: false, data: outcome };
    return `${lead} is not finished. ${nextStep(context, targetId, result).text}`;
  }
  return `${lead} is ${status}: there is no result yet. Do other work and ask again later; do not delegate it again.`;
}

function resultOf({ resultText, responsePreview, previewTruncated }: Delegation): string {
  if (resultText === "") return "Its result is empty.";
  const cut = resultText === undefined && previewTruncated ? ", of which only the beginning is known" : "";
  return `Its result${cut}:\n${resultText ?? responsePreview}`;
}
