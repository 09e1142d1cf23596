import { isA2AError } from "../errors";
import type { ToolResult } from "../messaging/tool-result";
import { ERROR_PREFIX } from "../messaging/tool-text";
import { errorMessage } from "../text/format";
import { adviceAfter } from "./advice";
import { checkInput } from "./check-input";
import type { ToolContext } from "./context";
import type { AnyTool } from "./define-tool";

/** Runs a tool with what a model gave as its arguments. Never rejects. */
export async function runTool(
  tool: AnyTool,
  context: ToolContext,
  given: unknown,
  signal: AbortSignal | undefined,
): Promise<ToolResult> {
  try {
    const checked = checkInput(tool.inputSchema, given);
    if (!checked.ok) {
      return failure(
        `${checked.problem} Nothing was done: correct the arguments and call ${tool.name} again.`,
      );
    }
    if (signal?.aborted) return failure("The call was cancelled before it began. Nothing was done.");
    return await tool.execute(context, checked.input, signal);
  } catch (error) {
    if (isA2AError(error)) return failure(`${error.message} ${adviceAfter(error)}`.trim(), error);
    return failure(signal?.aborted ? "The call was cancelled before it ended." : errorMessage(error), error);
  }
}

/** The result of a call that failed, with what was thrown. */
export function failure(text: string, error?: unknown): ToolResult {
  return { text: `${ERROR_PREFIX}${text}`, isError: true, ...(error === undefined ? {} : { data: error }) };
}
