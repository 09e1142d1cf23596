import { Hono } from "hono";
import type { PlatformState } from "../state";
import { checkAccess } from "./check-access";
import { discover } from "./discover";
import type { Bindings } from "./env";
import { guardOrigin } from "./origin";
import { listPeers } from "./peers";
import { proxyMessage } from "./proxy";
import { countRequests } from "./rate-limit";
import { workspaceInfo } from "./workspace-info";

/** Every endpoint of the platform, and what stands before all of them. */
export function createApp(state: PlatformState): Hono<Bindings> {
  const app = new Hono<Bindings>();

  app.use(guardOrigin);
  app.use(countRequests(state));

  app.get("/health", (c) => c.json({ status: "ok" }));
  app.get("/registry/discover/:id", discover(state));
  app.get("/registry/:id/peers", listPeers(state));
  app.post("/registry/check-access", checkAccess(state));
  app.get("/workspaces/:id", workspaceInfo(state));
  app.post("/workspaces/:id/a2a", proxyMessage(state));

  app.notFound((c) => c.text("404 page not found", 404));
  // A handler that breaks answers nothing but the status.
  app.onError((_error, c) => c.body(null, 500));
  return app;
}
