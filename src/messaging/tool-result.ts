/** What a tool answers: the text for the model, and the facts for the program that runs it. */
export interface ToolResult {
  /** Complete in itself: what came of the call and, after a failure, what to do instead. */
  text: string;
  /** True when the call failed. */
  isError: boolean;
  /** What the text was made of: an outcome, a record, a list, or the `A2AError` of a failure. */
  data?: unknown;
}
