import { builtin } from "../runtime/builtins";

/** Resolves a host name to all its addresses. Rejects with a `code` when there are none or the lookup fails. */
export type HostLookup = (name: string) => Promise<readonly string[]>;

/** The lookup of the operating system, hosts file included; `undefined` where the runtime has no DNS. */
export function systemLookup(): HostLookup | undefined {
  const dns = builtin("node:dns");
  if (dns?.promises?.lookup === undefined) return undefined;
  return async (name) => (await dns.promises.lookup(name, { all: true })).map(({ address }) => address);
}

const NO_SUCH_HOST = new Set(["ENOTFOUND", "ENODATA", "EAI_NONAME", "EAI_NODATA"]);

/** True when the name has no address; false when the lookup itself failed. */
export const isNoSuchHost = (error: unknown): boolean =>
  NO_SUCH_HOST.has(String((error as { code?: unknown } | null | undefined)?.code));
