import type { Workspace } from "../identity/workspaces";
import { createLine, type Line } from "./serial-queue";
import type { CheckedRegistration } from "./registration";

/** What a client remembers of the registration of one workspace. */
export interface RegistrationRecord {
  /** What was registered last, for those who have to do it again. */
  last: CheckedRegistration | undefined;
  /** A registration that showed no token went out, its answer was lost, and none has been answered since. */
  isAnswerLost: boolean;
  readonly line: Line;
}

export function createRecords(): (workspace: Workspace) => RegistrationRecord {
  const records = new WeakMap<Workspace, RegistrationRecord>();
  return (workspace) => {
    const record = records.get(workspace) ?? { last: undefined, isAnswerLost: false, line: createLine() };
    records.set(workspace, record);
    return record;
  };
}
