import type { Workspace } from "../identity/workspaces";
import type { ResolvedRegistration } from "./resolve-registration";

/** What a client knows of the registration of one workspace. */
export interface RegistrationState {
  /** The last registration that the platform accepted; repeated when the platform has lost it. */
  last: ResolvedRegistration | undefined;
  /** A registration without a token was sent, its answer was lost, and no later one was answered. */
  isAnswerLost: boolean;
}

export function createRegistrationStates(): (workspace: Workspace) => RegistrationState {
  const states = new WeakMap<Workspace, RegistrationState>();
  return (workspace) => {
    const state = states.get(workspace) ?? { last: undefined, isAnswerLost: false };
    states.set(workspace, state);
    return state;
  };
}
