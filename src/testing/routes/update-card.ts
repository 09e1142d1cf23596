import { tell } from "../events";
import { REGISTRY_GATE, refusedBy } from "../gates/auth";
import { isObject, parseJson } from "../json";
import { findWorkspace, type PlatformState } from "../state";
import { isUuid } from "../uuid";
import type { RouteContext } from "./env";

/** Replaces the whole card. Of an unknown workspace nothing changes, and the answer is the same. */
export function updateCard(state: PlatformState) {
  return (c: RouteContext): Response => {
    const body = parseJson(c.env.body.toString());
    const { workspace_id: id, agent_card: card } = isObject(body) ? body : {};
    if (typeof id !== "string" || id === "" || card === undefined) {
      return c.json({ error: "invalid request body" }, 400);
    }
    const refusal = refusedBy(REGISTRY_GATE, state, id, c.req.header("authorization"));
    if (refusal !== undefined) return c.json({ error: refusal }, 401);
    // The database would not take such an id.
    if (!isUuid(id)) return c.json({ error: "failed to update card" }, 500);
    const workspace = findWorkspace(state, id);
    if (workspace !== undefined) workspace.agentCard = card;
    tell(state, id, "AGENT_CARD_UPDATED", { agent_card: card });
    return c.json({ status: "updated" });
  };
}
