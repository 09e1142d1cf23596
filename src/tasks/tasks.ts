import type { SharedServices } from "../transport/request/shared-services";
import type { CallOptions } from "../validation/options";
import type { WaitOptions } from "../validation/wait-options";
import { cancelTask } from "./cancel";
import type { TaskContext } from "./context";
import { getTask } from "./get";
import { waitForTask } from "./wait";

/** Following and cancelling the tasks that peers have begun. */
export function createTasks(shared: SharedServices, peers: TaskContext["peers"]) {
  const context: TaskContext = { ...shared, pool: shared.messagePool, peers };
  return {
    getTask: (peerId: string, taskId: string, options?: CallOptions) =>
      getTask(context, peerId, taskId, options),
    cancelTask: (peerId: string, taskId: string, options?: CallOptions) =>
      cancelTask(context, peerId, taskId, options),
    waitForTask: (peerId: string, taskId: string, options?: WaitOptions) =>
      waitForTask(context, peerId, taskId, options),
  };
}
