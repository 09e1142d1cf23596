import dns, { type LookupAddress } from "node:dns";
import { afterEach, describe, expect, it, vi } from "vitest";
import { failureOf } from "../helpers/failure";
import { PEER_ID, quickClient } from "../helpers/sockets-client";
import { answering, rawServer, unusedPort } from "../helpers/sockets-server";

const BOTH: LookupAddress[] = [
  { address: "::1", family: 6 },
  { address: "127.0.0.1", family: 4 },
];

/** Lets every host name have these addresses, as on a machine whose hosts file says so. */
function nameHas(addresses: LookupAddress[]): void {
  vi.spyOn(dns, "lookup").mockImplementation(((
    _: string,
    options: { all?: boolean },
    callback: (error: null, found: string | LookupAddress[] | undefined, family?: number) => void,
  ) => {
    const [first] = addresses;
    if (options.all === true) setImmediate(callback, null, addresses);
    else setImmediate(callback, null, first?.address, first?.family);
  }) as typeof dns.lookup);
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each([
  { transport: "node:http", over: {} },
  { transport: "the built-in fetch", over: { fetch: globalThis.fetch } },
])("a name with two addresses, over $transport", ({ over }) => {
  it("is an error with both addresses when both refuse", async () => {
    const port = await unusedPort();
    nameHas(BOTH);
    await using client = quickClient(`http://localhost:${port}`, over);

    const error = await failureOf(client.sendA2AMessage(PEER_ID, "hello"));

    expect(error).toMatchObject({ code: "network", delivery: "not-sent", retryable: true });
    expect(error.message).toContain("connect ECONNREFUSED ::1:");
    expect(error.message).toContain("connect ECONNREFUSED 127.0.0.1:");
    expect(error.cause).toMatchObject({ code: "ECONNREFUSED" });
    expect((error.cause as Error).message).not.toBe("");
  });

  it.each(["::1", "127.0.0.1"])("is reached when only %s listens", async (host) => {
    await using server = await rawServer(answering(), { host });
    nameHas(BOTH);
    await using client = quickClient(`http://localhost:${server.port}`, over);

    await expect(client.sendA2AMessage(PEER_ID, "hello")).resolves.toMatchObject({ text: "ok", attempts: 1 });
  });

  it("may be an IPv6 address itself", async () => {
    await using server = await rawServer(answering(), { host: "::1" });
    await using client = quickClient(server.url, over);
    await expect(client.sendA2AMessage(PEER_ID, "hello")).resolves.toMatchObject({ text: "ok" });
  });
});
