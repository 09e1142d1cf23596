import type { Agent } from "node:http";
import { builtin, environment } from "../../runtime/builtins";

/** The variables that name a proxy for the protocol, in the order in which Node looks at them. */
const variablesFor = (secure: boolean): readonly string[] =>
  secure ? ["https_proxy", "HTTPS_PROXY"] : ["http_proxy", "HTTP_PROXY"];

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * What Node's own clients take their proxies from, for the option `proxyEnv` of an agent. `undefined` when they use
 * none: no variable names one, or Node was not told to follow it (`NODE_USE_ENV_PROXY=1` or `--use-env-proxy`, from
 * 22.21 and 24.5 on), which its global agents know.
 */
export function findProxyEnv(secure: boolean): Variables | undefined {
  const module = secure ? builtin("node:https") : builtin("node:http");
  const { proxyEnv } = (module?.globalAgent as AgentWithProxy | undefined)?.options ?? {};
  return variablesFor(secure).some((name) => proxyEnv?.[name]) ? proxyEnv : undefined;
}

/** True for an agent whose connections may lead to a proxy. */
export const mayUseProxy = (agent: Agent | undefined): boolean =>
  (agent as AgentWithProxy | undefined)?.options?.proxyEnv !== undefined;

/** What the types of Node 20 leave out. */
interface AgentWithProxy {
  readonly options?: { readonly proxyEnv?: Variables };
}

/** What to check about proxies after a connection that did not come about; `undefined` where no variable names one. */
export function proxyAdvice(secure: boolean): string | undefined {
  const variables = environment();
  const name = variablesFor(secure).find((each) => variables[each]);
  if (name === undefined) return undefined;
  if (!/^https?:\/\//.test(variables[name] ?? "")) {
    return `${name} is set, but Node ignores it: its value has to begin with http:// or https://.`;
  }
  return findProxyEnv(secure) === undefined
    ? `${name} is set, but Node does not follow it: that takes NODE_USE_ENV_PROXY=1 and Node 22.21, 24.5 or later.`
    : `Connections lead through the proxy that ${name} names, unless NO_PROXY lists the host: check these too.`;
}
