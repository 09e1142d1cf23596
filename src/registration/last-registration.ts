import type { Workspace } from "../identity/workspaces";
import type { CheckedRegistration } from "./registration";
import { createSerialQueue, type SerialQueue } from "./serial-queue";

/** What a client remembers of the registration of one workspace. */
export interface LastRegistration {
  /** What was registered last, for those who have to do it again. */
  last: CheckedRegistration | undefined;
  /** A registration that showed no token went out, its answer was lost, and none has been answered since. */
  isAnswerLost: boolean;
  readonly line: SerialQueue;
}

export function createLastRegistrations(): (workspace: Workspace) => LastRegistration {
  const records = new WeakMap<Workspace, LastRegistration>();
  return (workspace) => {
    const record = records.get(workspace) ?? {
      last: undefined,
      isAnswerLost: false,
      line: createSerialQueue(),
    };
    records.set(workspace, record);
    return record;
  };
}
