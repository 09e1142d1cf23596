import http from "node:http";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { findProxyEnv, proxyAdvice } from "../../../src/transport/http/proxy";
import { failureOf } from "../../helpers/failure";
import { PEER_ID, quickClient } from "../../helpers/sockets-client";
import { unusedPort } from "../../helpers/sockets-server";

const PASSWORD = "password-of-the-proxy";
const PROXY = `http://agent:${PASSWORD}@proxy.test:3128`;

function withoutProxies(): void {
  for (const name of ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"]) vi.stubEnv(name, undefined);
}

afterEach(() => vi.unstubAllEnvs());

describe("a proxy that a variable names", () => {
  it.each(["HTTP_PROXY", "http_proxy"])("is named after a failed connection: %s", async (name) => {
    withoutProxies();
    vi.stubEnv(name, PROXY);
    const events: string[] = [];
    const client = quickClient(`http://127.0.0.1:${await unusedPort()}`, {
      onEvent: (event) => events.push(JSON.stringify(event)),
    });
    const error = await failureOf(client.sendA2AMessage(PEER_ID, "hello"));
    await client.close();

    expect(error).toMatchObject({ code: "network", delivery: "not-sent" });
    expect(error.message).toContain(`${name} is set, but Node does not follow it`);
    expect([error.message, error.stack, String(error.cause), ...events].join()).not.toContain(PASSWORD);
  });

  it("is that of the protocol, and has to be a URL", () => {
    withoutProxies();
    vi.stubEnv("HTTPS_PROXY", "proxy.test:3128");
    expect(proxyAdvice(false)).toBeUndefined();
    expect(proxyAdvice(true)).toContain("has to begin with http://");
  });

  it("is followed where the agents of Node itself follow it, if it is for the protocol", () => {
    const { globalAgent } = http;
    onTestFinished(() => {
      http.globalAgent = globalAgent;
    });
    const proxyEnv = { HTTP_PROXY: PROXY };
    http.globalAgent = new http.Agent({ proxyEnv } as http.AgentOptions);
    expect(findProxyEnv(false)).toBe(proxyEnv);
    http.globalAgent = new http.Agent({ proxyEnv: { HTTPS_PROXY: PROXY } } as http.AgentOptions);
    expect(findProxyEnv(false)).toBeUndefined();
  });
});
