import { settle } from "../errors";
import type { Workspace } from "../identity/workspaces";
import type { StateFolder } from "../storage/state-folder";
import type { SharedServices } from "../transport/request/shared-services";
import type { BackgroundLimits, CallOptions } from "../validation/options";
import type { AgentCard } from "./agent-card";
import type { RegistrationContext } from "./context";
import { register, registerAgain } from "./register";
import { createRegistrationStates } from "./registration-state";
import type { Registration } from "./resolve-registration";
import { createTokenStore } from "./token-store";
import { updateAgentCard } from "./update-card";

export interface RegistrationOptions
  extends Pick<RegistrationContext, "deployMode" | "lookup" | "getWorkspaceInfo"> {
  /** A problem with the environment, which the first registration reports. */
  deployModeWarning?: string | undefined;
  /** The folder of a workspace's files; `undefined` without a file system. */
  stateFolderFor(workspace: Workspace): StateFolder | undefined;
}

/** Registering workspaces, updating their agent cards, and storing the tokens that registrations bring. */
export function createRegistration(shared: SharedServices, options: RegistrationOptions) {
  const { deployMode, deployModeWarning, lookup, getWorkspaceInfo, stateFolderFor } = options;
  const store = createTokenStore({
    ...shared,
    pathFor(workspace) {
      const folder = stateFolderFor(workspace);
      if (workspace.tokenFile === undefined) folder?.claim({ forToken: true });
      return folder?.path(".auth_token");
    },
  });
  const context: RegistrationContext = {
    ...shared,
    deployMode,
    lookup,
    getWorkspaceInfo,
    store,
    pendingWarnings: deployModeWarning === undefined ? [] : [deployModeWarning],
    stateFor: createRegistrationStates(),
  };
  return {
    register: (registration: Registration, callOptions?: CallOptions) =>
      register(context, registration, callOptions),
    updateAgentCard: (card: AgentCard, callOptions?: CallOptions) =>
      updateAgentCard(context, card, callOptions),
    registrationOf: (workspace: Workspace) => context.stateFor(workspace).last,
    async registerAgain(workspace: Workspace, limits: BackgroundLimits) {
      const again = await settle(registerAgain(context, { source: workspace.id, ...limits }));
      return again.ok && again.value === undefined ? undefined : again;
    },
    /** Stores what is not stored yet; resolves after two seconds at most. */
    close: store.close,
  };
}
