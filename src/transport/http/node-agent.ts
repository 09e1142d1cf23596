import type { Agent } from "node:http";
import { builtin } from "../../runtime/builtins";
import { findProxyEnv } from "./proxy";
import type { ClientTls } from "./tls";

export interface NodeAgentOptions {
  keepAlive?: boolean;
  /** Idle connections that are kept. */
  maxFreeSockets?: number;
  /** How long an idle connection is kept, in milliseconds. */
  timeout?: number;
}

/**
 * Creates an agent of Node for `https` or `http`, which follows the proxies that Node's own clients follow, with the
 * certificates of `tls`; `undefined` where there is no Node.
 */
export function createNodeAgent(
  secure: boolean,
  options: NodeAgentOptions,
  tls: ClientTls | undefined,
): Agent | undefined {
  const module: { Agent: new (options: object) => Agent } | undefined = secure
    ? builtin("node:https")
    : builtin("node:http");
  if (module === undefined) return undefined;
  const proxyEnv = findProxyEnv(secure);
  const settings = { ...options, ...(secure && tls?.settings) };
  if (proxyEnv === undefined) return new module.Agent(settings);
  // Towards a proxy the timeout of an agent would also limit the way through it, so it is set when a connection is idle.
  const { timeout = 0, ...others } = settings as NodeAgentOptions;
  const agent = new module.Agent({ ...others, proxyEnv });
  agent.on("free", (socket) => socket.setTimeout(timeout));
  return agent;
}
