import { tell } from "../events";
import { REGISTRY_GATE, refusedBy } from "../gates/auth";
import { type JsonObject, parseJson } from "../json";
import { objectionTo } from "../registry/agent-url";
import { newInboundSecret, secretFor } from "../registry/inbound-secret";
import { setAlive } from "../registry/liveness";
import { isDeliveryMode, type Registration, readRegistration } from "../registry/registration";
import { handOutFirstToken } from "../registry/tokens";
import { findWorkspace, type PlatformState } from "../state";
import { isUuid } from "../uuid";
import { type DeliveryMode, newWorkspace, type Workspace } from "../workspace";
import type { RouteContext } from "./env";

const UNREADABLE = "invalid request body";

/** An agent says that it is there, and gets its token when it has none. */
export function register(state: PlatformState) {
  return async (c: RouteContext): Promise<Response> => {
    const said = readRegistration(parseJson(c.env.body.toString()), state.version);
    if (said === undefined) return c.json({ error: UNREADABLE }, 400);
    if (said.deliveryMode !== "" && !isDeliveryMode(said.deliveryMode)) {
      return c.json({ error: "delivery_mode must be 'push' or 'poll'" }, 400);
    }
    const mode = modeOf(said, findWorkspace(state, said.id));
    const judgeUrl = async (): Promise<Response | undefined> => {
      const objection = mode === "poll" ? undefined : await objectionToUrl(state, said.url);
      return objection === undefined ? undefined : c.json({ error: objection }, 400);
    };
    const askForToken = (): Response | undefined => {
      const refusal = refusedBy(REGISTRY_GATE, state, said.id, c.req.header("authorization"));
      return refusal === undefined ? undefined : c.json({ error: refusal }, 401);
    };
    // The earlier version judges the URL before it knows who is asking.
    const refused =
      state.version === "2026-04"
        ? ((await judgeUrl()) ?? askForToken())
        : (askForToken() ?? (await judgeUrl()));
    if (refused !== undefined) return refused;
    // The database would not take such an id.
    if (!isUuid(said.id)) return c.json({ error: "registration failed" }, 500);
    const workspace = findWorkspace(state, said.id) ?? insert(state, said.id);
    if (workspace.status !== "removed") bringOnline(state, workspace, said, mode);
    tell(state, workspace.id, "WORKSPACE_ONLINE", {
      url: keepsUrl(workspace) ? workspace.url : said.url,
      agent_card: said.agentCard,
    });
    return c.json(answerTo(state, workspace, mode));
  };
}

/** What was stated; else what was stated before. */
function modeOf(said: Registration, workspace: Workspace | undefined): DeliveryMode {
  return isDeliveryMode(said.deliveryMode) ? said.deliveryMode : (workspace?.deliveryMode ?? "push");
}

async function objectionToUrl(state: PlatformState, url: string): Promise<string | undefined> {
  if (url === "") return "url is required for push-mode workspaces";
  const objection = await objectionTo(url, state);
  // The earlier version does not tell what is wrong with a URL.
  return objection !== undefined && state.version === "2026-04" ? UNREADABLE : objection;
}

/** Who is not known gets a row of its own, named by its id. */
function insert(state: PlatformState, givenId: string): Workspace {
  const id = givenId.toLowerCase();
  const createdAt = state.clock.now();
  const workspace = newWorkspace({ id, name: id, createdAt, inboundSecret: newInboundSecret() });
  state.workspaces.set(id, workspace);
  return workspace;
}

/** Whatever it was before, also paused, an agent that registers is online. */
function bringOnline(
  state: PlatformState,
  workspace: Workspace,
  said: Registration,
  mode: DeliveryMode,
): void {
  workspace.status = "online";
  workspace.deliveryMode = mode;
  workspace.agentCard = said.agentCard;
  workspace.lastHeartbeatAt = state.clock.now();
  setAlive(state, workspace);
  if (!keepsUrl(workspace) && mode === "push") {
    workspace.url = said.url;
    workspace.urlIsProvisioned = false;
  }
}

/** Where the platform itself put the agent on this machine, it knows better. */
function keepsUrl({ url, urlIsProvisioned }: Workspace): boolean {
  return urlIsProvisioned && (url ?? "").startsWith("http://127.0.0.1");
}

function answerTo(state: PlatformState, workspace: Workspace, mode: DeliveryMode): JsonObject {
  const token = handOutFirstToken(state, workspace);
  return {
    status: "registered",
    ...(state.version === "2026-05" && { delivery_mode: mode }),
    ...(token !== undefined && { auth_token: token }),
    ...secretFor(state, workspace),
  };
}
