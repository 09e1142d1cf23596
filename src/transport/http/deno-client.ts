interface DenoNamespace {
  createHttpClient?(options: { poolMaxIdlePerHost: number }): unknown;
}

let client: unknown;

/**
 * What a request over Deno's fetch needs that must not be sent twice; nothing elsewhere. Deno repeats a request by
 * itself, a POST too, when the server closes the idle connection that it was sent on: a client that keeps no idle
 * connections never does.
 */
export function unrepeatedByDeno(): { client?: unknown } {
  const { Deno: deno } = globalThis as { Deno?: DenoNamespace };
  if (typeof deno?.createHttpClient !== "function") return {};
  client ??= deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  return { client };
}
