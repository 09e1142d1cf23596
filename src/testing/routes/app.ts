import { Hono, type Next } from "hono";
import { requireAdmin, requireToken } from "../middleware/auth";
import { stateCharset } from "../middleware/charset";
import { requireDatabase } from "../middleware/database";
import { stateDate } from "../middleware/date";
import { checkOrigin } from "../middleware/origin";
import { limitRate } from "../middleware/rate-limit";
import { redirectTrailingSlash } from "../middleware/redirect";
import { checkTenant } from "../middleware/tenant";
import type { PlatformState } from "../model/state";
import { pauseWorkspace, restartWorkspace, resumeWorkspace } from "../rules/operator";
import { listActivities, reportActivity } from "./activity";
import type { Bindings, RouteContext } from "./context";
import { delegate, listDelegations, recordDelegation, updateDelegation } from "./delegations";
import { checkAccess, discover, listPeers } from "./discovery";
import { streamEvents } from "./events";
import { heartbeat } from "./heartbeat";
import { commitMemory, deleteMemory, searchMemories } from "./memories";
import { getQueueStatus, notifyHuman, sendMessage } from "./messages";
import { createExternalWorkspace, listWorkspaces, operate, removeWorkspace, setBudget } from "./operator";
import { register, updateCard } from "./register";
import { createToken, listTokens, revokeToken } from "./tokens";
import { uploadFiles } from "./uploads";
import { getBudget, getWorkspace, getWorkspaceState } from "./workspaces";

/** Creates the HTTP application: every endpoint, and the middleware before all of them. */
export function createApp(state: PlatformState): Hono<Bindings> {
  const app = new Hono<Bindings>();
  const token = requireToken(state);
  const admin = requireAdmin(state);

  app.use(redirectTrailingSlash(app));
  app.use(stateDate(state));
  app.use(stateCharset);
  app.use(checkOrigin);
  app.use(limitRate(state));
  app.use(checkTenant(state));
  app.use(refuseHead);
  app.use(requireDatabase(state));

  app.get("/health", (c) => c.json({ status: "ok" }));
  app.get("/metrics", (c) => c.text("# TYPE go_goroutines gauge\ngo_goroutines 1\n"));
  app.post("/registry/register", register(state));
  app.post("/registry/heartbeat", heartbeat(state));
  app.post("/registry/update-card", updateCard(state));
  app.get("/registry/discover/:id", discover(state));
  app.get("/registry/:id/peers", listPeers(state));
  app.post("/registry/check-access", checkAccess(state));
  app.get("/workspaces/:id", getWorkspace(state));
  app.get("/workspaces/:id/state", token, getWorkspaceState(state));
  app.get("/workspaces/:id/budget", token, getBudget(state));
  app.post("/workspaces/:id/a2a", sendMessage(state));
  if (state.differences.hasQueueStatus) {
    app.get("/workspaces/:id/a2a/queue/:queue_id", getQueueStatus(state));
  }
  app.post("/workspaces/:id/notify", token, notifyHuman(state));
  app.post("/workspaces/:id/chat/uploads", token, uploadFiles(state));
  app.get("/workspaces/:id/memories", token, searchMemories(state));
  app.post("/workspaces/:id/memories", token, commitMemory(state));
  app.delete("/workspaces/:id/memories/:memory_id", token, deleteMemory(state));
  app.post("/workspaces/:id/delegate", token, delegate(state));
  app.get("/workspaces/:id/delegations", token, listDelegations(state));
  app.post("/workspaces/:id/delegations/record", token, recordDelegation(state));
  app.post("/workspaces/:id/delegations/:delegation_id/update", token, updateDelegation(state));
  app.get("/workspaces/:id/activity", token, listActivities(state));
  app.post("/workspaces/:id/activity", token, reportActivity(state));
  app.get("/workspaces/:id/events/stream", token, streamEvents(state));
  app.get("/workspaces/:id/tokens", token, listTokens(state));
  app.post("/workspaces/:id/tokens", token, createToken(state));
  app.delete("/workspaces/:id/tokens/:token_id", token, revokeToken(state));
  app.post("/workspaces/:id/pause", token, operate(state, pauseWorkspace));
  app.post("/workspaces/:id/resume", token, operate(state, resumeWorkspace));
  app.post("/workspaces/:id/restart", token, operate(state, restartWorkspace));
  app.get("/workspaces", admin, listWorkspaces(state));
  app.post("/workspaces", admin, createExternalWorkspace(state));
  app.delete("/workspaces/:id", admin, removeWorkspace(state));
  app.patch("/workspaces/:id/budget", admin, setBudget(state));

  app.notFound((c) => c.text("404 page not found", 404));
  // A handler that throws is answered with the status alone.
  app.onError((_error, c) => c.body(null, 500));
  return app;
}

/** Hono responds to HEAD as to GET, the platform to no HEAD at all. */
async function refuseHead(c: RouteContext, next: Next): Promise<Response | undefined> {
  if (c.req.method === "HEAD") return c.text("404 page not found", 404);
  await next();
  return undefined;
}
