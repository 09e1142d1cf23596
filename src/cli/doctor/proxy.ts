import { globalAgent } from "node:https";
import type { Facts } from "./facts";

/** The variable that names a proxy for the URL, where this Node goes past it; `undefined` otherwise. */
export function findUnusedProxy({ cli: { env } }: Facts, url: string): string | undefined {
  const isFollowed = (globalAgent.options as { proxyEnv?: unknown }).proxyEnv !== undefined;
  const names = url.startsWith("https:") ? ["https_proxy", "HTTPS_PROXY"] : ["http_proxy", "HTTP_PROXY"];
  return isFollowed ? undefined : names.find((name) => (env[name] ?? "") !== "");
}
