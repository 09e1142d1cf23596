import { builtin } from "../runtime/machine";

/** Finds every address of a host name. Rejects, with a `code`, when it finds none or cannot ask. */
export type HostLookup = (name: string) => Promise<readonly string[]>;

/** As this machine resolves names, its hosts file included; `undefined` where the runtime has no DNS. */
export function systemLookup(): HostLookup | undefined {
  const dns = builtin("node:dns");
  if (dns?.promises?.lookup === undefined) return undefined;
  return async (name) => (await dns.promises.lookup(name, { all: true })).map(({ address }) => address);
}

const NO_SUCH_HOST = new Set(["ENOTFOUND", "ENODATA", "EAI_NONAME", "EAI_NODATA"]);

/** True when the name surely has no address, rather than nobody being there to ask. */
export const isNoSuchHost = (error: unknown): boolean =>
  NO_SUCH_HOST.has(String((error as { code?: unknown } | null | undefined)?.code));
