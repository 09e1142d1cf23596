import { findWorkspace, type PlatformState } from "../state";
import type { RouteContext } from "./env";

/** What a workspace may spend and has spent, in US cents. */
export function budget(state: PlatformState) {
  return (c: RouteContext<"/workspaces/:id/budget">): Response => {
    const workspace = findWorkspace(state, c.req.param("id"));
    if (workspace === undefined) return c.json({ error: "workspace not found" }, 404);
    const { budgetLimit: limit, monthlySpend: spent } = workspace;
    return c.json({
      budget_limit: limit,
      monthly_spend: spent,
      budget_remaining: limit === null ? null : limit - spent,
    });
  };
}
