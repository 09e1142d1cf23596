import { Hono } from "hono";
import { guardOrigin } from "../gates/origin";
import { limitRate } from "../gates/rate-limit";
import { strictly } from "../gates/strictly";
import { guardTenant } from "../gates/tenant";
import type { PlatformState } from "../state";
import { listActivities, reportActivity } from "./activity";
import { budget } from "./budget";
import { checkAccess } from "./check-access";
import { delegate } from "./delegate";
import { listDelegations, recordDelegation, updateDelegation } from "./delegations";
import { discover } from "./discover";
import type { Bindings } from "./env";
import { heartbeat } from "./heartbeat";
import { notify } from "./notify";
import { listPeers } from "./peers";
import { proxyMessage } from "./proxy";
import { queueStatus } from "./queue-status";
import { register } from "./register";
import { createToken, listTokens, revokeToken } from "./tokens";
import { updateCard } from "./update-card";
import { workspaceInfo } from "./workspace-info";
import { workspaceState } from "./workspace-state";

/** Every endpoint of the platform, and what stands before all of them. */
export function createApp(state: PlatformState): Hono<Bindings> {
  const app = new Hono<Bindings>();
  const strict = strictly(state);

  app.use(guardOrigin);
  app.use(limitRate(state));
  app.use(guardTenant(state));

  app.get("/health", (c) => c.json({ status: "ok" }));
  app.post("/registry/register", register(state));
  app.post("/registry/heartbeat", heartbeat(state));
  app.post("/registry/update-card", updateCard(state));
  app.get("/registry/discover/:id", discover(state));
  app.get("/registry/:id/peers", listPeers(state));
  app.post("/registry/check-access", checkAccess(state));
  app.get("/workspaces/:id", workspaceInfo(state));
  app.get("/workspaces/:id/state", strict, workspaceState(state));
  app.post("/workspaces/:id/a2a", proxyMessage(state));
  if (state.version === "2026-05") app.get("/workspaces/:id/a2a/queue/:queue_id", queueStatus(state));
  app.post("/workspaces/:id/delegate", strict, delegate(state));
  app.get("/workspaces/:id/delegations", strict, listDelegations(state));
  app.post("/workspaces/:id/delegations/record", strict, recordDelegation(state));
  app.post("/workspaces/:id/delegations/:delegation_id/update", strict, updateDelegation(state));
  app.post("/workspaces/:id/notify", strict, notify(state));
  app.get("/workspaces/:id/activity", strict, listActivities(state));
  app.post("/workspaces/:id/activity", strict, reportActivity(state));
  app.get("/workspaces/:id/budget", strict, budget(state));
  app.get("/workspaces/:id/tokens", strict, listTokens(state));
  app.post("/workspaces/:id/tokens", strict, createToken(state));
  app.delete("/workspaces/:id/tokens/:token_id", strict, revokeToken(state));

  app.notFound((c) => c.text("404 page not found", 404));
  // A handler that breaks answers nothing but the status.
  app.onError((_error, c) => c.body(null, 500));
  return app;
}
