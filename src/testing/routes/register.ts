import { hasShape, isObject, isText, type JsonObject, parseJson } from "../json";
import { checkToken, WORKSPACE_TOKEN } from "../middleware/auth";
import type { PlatformState } from "../model/state";
import type { DeliveryMode, Workspace } from "../model/workspace";
import { checkAgentUrl } from "../rules/agent-url";
import { createSecret, inboundSecretField, issueFirstToken } from "../rules/credentials";
import { setLivenessKey } from "../rules/liveness";
import { createWorkspace, emitEvent, findWorkspace } from "../store";
import { hasNul, isUuid, toCanonicalId } from "../text";
import type { RouteContext } from "./context";

const INVALID_BODY = "invalid request body";

/** The body of a registration. */
interface Registration {
  readonly id: string;
  /** Empty when it was not stated. */
  readonly url: string;
  readonly agentCard: unknown;
  /** Empty when it was not stated. */
  readonly deliveryMode: string;
}

/** Registers an agent: its workspace becomes online, and gets a token when it has none. */
export function register(state: PlatformState) {
  return async (c: RouteContext): Promise<Response> => {
    const registration = parseRegistration(state, parseJson(c.env.body.toString()));
    if (registration === undefined) return c.json({ error: INVALID_BODY }, 400);
    if (registration.deliveryMode !== "" && !isDeliveryMode(registration.deliveryMode)) {
      return c.json({ error: "delivery_mode must be 'push' or 'poll'" }, 400);
    }
    const { id } = registration;
    const mode = getDeliveryMode(registration, findWorkspace(state, id));
    const checkUrl = async (): Promise<Response | undefined> => {
      const error = mode === "poll" ? undefined : await findUrlError(state, registration.url);
      return error === undefined ? undefined : c.json({ error }, 400);
    };
    const authenticate = (): Response | undefined => {
      const error = checkToken(WORKSPACE_TOKEN, state, id, c.req.header("authorization"));
      return error === undefined ? undefined : c.json({ error }, 401);
    };
    const refusal = state.differences.checksUrlBeforeToken
      ? ((await checkUrl()) ?? authenticate())
      : (authenticate() ?? (await checkUrl()));
    if (refusal !== undefined) return refusal;
    // The database rejects such an id or card.
    if (!isUuid(id) || hasNul(registration.agentCard)) return c.json({ error: "registration failed" }, 500);
    const workspace = findWorkspace(state, id) ?? insertWorkspace(state, id);
    if (workspace.status !== "removed") setOnline(state, workspace, registration, mode);
    emitEvent(state, workspace.id, "WORKSPACE_ONLINE", {
      url: keepsUrl(workspace) ? workspace.url : registration.url,
      agent_card: registration.agentCard,
    });
    return c.json(toResponseBody(state, workspace, mode));
  };
}

/** Replaces the whole agent card. For an unknown workspace the response is the same, and nothing is stored. */
export function updateCard(state: PlatformState) {
  return (c: RouteContext): Response => {
    const body = parseJson(c.env.body.toString());
    const { workspace_id: id, agent_card: card } = isObject(body) ? body : {};
    if (typeof id !== "string" || id === "" || card === undefined) {
      return c.json({ error: INVALID_BODY }, 400);
    }
    const error = checkToken(WORKSPACE_TOKEN, state, id, c.req.header("authorization"));
    if (error !== undefined) return c.json({ error }, 401);
    // The database rejects such an id or card.
    if (!isUuid(id) || hasNul(card)) return c.json({ error: "failed to update card" }, 500);
    const workspace = findWorkspace(state, id);
    if (workspace !== undefined) workspace.agentCard = card;
    emitEvent(state, id, "AGENT_CARD_UPDATED", { agent_card: card });
    return c.json({ status: "updated" });
  };
}

interface WireRegistration {
  id?: string | null;
  url?: string | null;
  agent_card?: unknown;
  delivery_mode?: string | null;
}

/** Parses the body of a registration; undefined for one that the platform refuses. */
function parseRegistration({ differences }: PlatformState, body: unknown): Registration | undefined {
  const { hasDeliveryModes } = differences;
  if (!isWireRegistration(body, hasDeliveryModes)) return undefined;
  const { id, url, agent_card: agentCard, delivery_mode: deliveryMode } = body;
  if (!id || !Object.hasOwn(body, "agent_card")) return undefined;
  if (hasDeliveryModes) return { id, url: url ?? "", agentCard, deliveryMode: deliveryMode ?? "" };
  return url ? { id, url, agentCard, deliveryMode: "" } : undefined;
}

function isWireRegistration(body: unknown, hasDeliveryModes: boolean): body is WireRegistration {
  return (
    isObject(body) &&
    hasShape(body, { id: isText, url: isText, ...(hasDeliveryModes && { delivery_mode: isText }) })
  );
}

function isDeliveryMode(text: string): text is DeliveryMode {
  return text === "push" || text === "poll";
}

/** The stated mode, else the one of the registration before. @default "push" */
function getDeliveryMode({ deliveryMode }: Registration, workspace: Workspace | undefined): DeliveryMode {
  return isDeliveryMode(deliveryMode) ? deliveryMode : (workspace?.deliveryMode ?? "push");
}

async function findUrlError(state: PlatformState, url: string): Promise<string | undefined> {
  if (url === "") return "url is required for push-mode workspaces";
  const error = await checkAgentUrl(url, state);
  return error === undefined || state.differences.explainsRefusedUrl ? error : INVALID_BODY;
}

/** An unknown workspace is created, with its id as its name. */
function insertWorkspace(state: PlatformState, givenId: string): Workspace {
  const id = toCanonicalId(givenId);
  const createdAt = state.clock.now();
  const workspace = createWorkspace({ id, name: id, createdAt, inboundSecret: createSecret() });
  state.workspaces.set(id, workspace);
  return workspace;
}

/** Sets a workspace online, whatever its status was. */
function setOnline(
  state: PlatformState,
  workspace: Workspace,
  { url, agentCard }: Registration,
  mode: DeliveryMode,
): void {
  workspace.status = "online";
  workspace.cachedUrl = null;
  workspace.deliveryMode = mode;
  workspace.agentCard = agentCard;
  workspace.lastHeartbeatAt = state.clock.now();
  setLivenessKey(state, workspace);
  if (!keepsUrl(workspace) && mode === "push") {
    workspace.url = url;
    workspace.urlIsProvisioned = false;
  }
}

/** Whether a registration leaves the URL as it is: the platform started the agent on this machine itself. */
function keepsUrl({ url, urlIsProvisioned }: Workspace): boolean {
  return urlIsProvisioned && (url ?? "").startsWith("http://127.0.0.1");
}

function toResponseBody(state: PlatformState, workspace: Workspace, mode: DeliveryMode): JsonObject {
  const token = issueFirstToken(state, workspace);
  return {
    status: "registered",
    ...(state.differences.hasDeliveryModes && { delivery_mode: mode }),
    ...(token !== undefined && { auth_token: token }),
    ...inboundSecretField(state, workspace),
  };
}
