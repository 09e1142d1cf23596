import { randomUUID } from "node:crypto";
import { type PlatformOptions, startPlatform, type TestPlatform } from "a2a-peers/testing";
import type { DeployMode, Target, Version } from "./check";
import { createRequester, credentialsOf } from "./http";
import { createOperator } from "./operator";

const SMALL_RATE_LIMIT = 5;
// More requests than any run makes.
const LARGE_RATE_LIMIT = 1_000_000;
const ADMIN_TOKEN = "conformance-operator";

/** A platform in this process that provides every resource. */
export interface EmbeddedTarget extends AsyncDisposable {
  readonly platform: TestPlatform;
  readonly target: Target;
}

export async function startEmbeddedTarget(
  version: Version,
  deployMode: DeployMode,
  options: Pick<PlatformOptions, "rateLimit"> = {},
): Promise<EmbeddedTarget> {
  const orgId = deployMode === "saas" ? randomUUID() : undefined;
  const platformOptions = {
    version,
    deployMode,
    orgId,
    allowLoopback: false,
    adminToken: ADMIN_TOKEN,
    resolve: resolveLocalhost,
  };
  const platform = await startPlatform({ ...platformOptions, rateLimit: LARGE_RATE_LIMIT, ...options });
  const limited = await startPlatform({ ...platformOptions, rateLimit: SMALL_RATE_LIMIT });
  const tenantHeaders = orgId === undefined ? {} : { "x-molecule-org-id": orgId };

  const lead = platform.addWorkspace({ name: "Lead", role: "lead" });
  const team = { parentId: lead.id, role: "member" };
  const self = platform.addWorkspace({ ...team, name: "Self", reply: () => "here" });
  const peer = platform.addWorkspace({ ...team, name: "Peer", reply: ({ text }) => `heard ${text}` });
  const elsewhere = platform.addWorkspace({ name: "Elsewhere", role: "lead" });
  const stranger = platform.addWorkspace({ name: "Stranger", parentId: elsewhere.id });

  const request = createRequester(platform.url, tenantHeaders);
  const target: Target = {
    version,
    request,
    resources: {
      self: credentialsOf(self),
      peer: peer.id,
      reachablePeer: peer.id,
      peerToken: credentialsOf(peer).token,
      stranger: stranger.id,
      adminToken: ADMIN_TOKEN,
      operator: createOperator(request, ADMIN_TOKEN, "127.0.0.1"),
      scratch: () => credentialsOf(platform.addWorkspace({ ...team, name: "Scratch" })),
      changes: true,
      limited: createRequester(limited.url, tenantHeaders),
      embedded: platform,
      ...(orgId !== undefined && { orgId }),
      ...(deployMode === "saas" ? { saas: true } : { selfHosted: true }),
    },
  };
  async function close(): Promise<void> {
    await Promise.all([platform.close(), limited.close()]);
  }
  return { platform, target, [Symbol.asyncDispose]: close };
}

/** Resolves localhost alone, so that the checks make no DNS requests. */
async function resolveLocalhost(hostname: string): Promise<string[]> {
  if (hostname.toLowerCase() === "localhost") return ["127.0.0.1"];
  throw new Error(`lookup ${hostname}: no such host`);
}
