import type { Heartbeat } from "../heartbeat/heartbeat";
import type { InboxMessage } from "../inbox/message";
import { errorMessage } from "../text/format";

/** Characters of a message that the platform shows as the current task. */
const TASK_NAME_LENGTH = 100;

/** Does the work on a message, and settles like it. */
export type ReportWork = <T>(
  message: InboxMessage,
  signal: AbortSignal,
  work: () => Promise<T>,
) => Promise<T>;

/** Creates the function that lets a heartbeat report work: as a task while it goes on, then as a success or failure. */
export function createReportWork(heartbeat: Heartbeat): ReportWork {
  return async (message, signal, work) => {
    const task = heartbeat.beginTask(message.text.slice(0, TASK_NAME_LENGTH));
    try {
      const answer = await work();
      heartbeat.recordSuccess();
      return answer;
    } catch (error) {
      // What was canceled or stopped has not failed.
      if (!signal.aborted) heartbeat.recordError(errorMessage(error));
      throw error;
    } finally {
      task.end();
    }
  };
}
