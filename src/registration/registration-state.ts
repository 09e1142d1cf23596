import type { Workspace } from "../identity/workspaces";
import type { ResolvedRegistration } from "./resolve-registration";
import { createSerialQueue, type SerialQueue } from "./serial-queue";

/** What a client remembers of the registration of one workspace. */
export interface RegistrationState {
  /** What was registered last, for those who have to do it again. */
  last: ResolvedRegistration | undefined;
  /** A registration that showed no token went out, its answer was lost, and none has been answered since. */
  isAnswerLost: boolean;
  readonly queue: SerialQueue;
}

export function createRegistrationStates(): (workspace: Workspace) => RegistrationState {
  const records = new WeakMap<Workspace, RegistrationState>();
  return (workspace) => {
    const record = records.get(workspace) ?? {
      last: undefined,
      isAnswerLost: false,
      queue: createSerialQueue(),
    };
    records.set(workspace, record);
    return record;
  };
}
