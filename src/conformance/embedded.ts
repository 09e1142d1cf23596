import { randomUUID } from "node:crypto";
import { type PlatformOptions, startPlatform, type TestPlatform } from "a2a-peers/testing";
import { askerOf, type Party } from "./ask";
import type { DeployMode, Version, World } from "./check";

const FEW_REQUESTS = 5;
// More than any run makes.
const MANY_REQUESTS = 1_000_000;
const OPERATOR = "conformance-operator";

/** A platform in this process, with everything a check can ask for. */
export interface EmbeddedWorld extends AsyncDisposable {
  readonly platform: TestPlatform;
  readonly world: World;
}

export async function startEmbedded(
  version: Version,
  deployMode: DeployMode,
  options: Pick<PlatformOptions, "rateLimit"> = {},
): Promise<EmbeddedWorld> {
  const orgId = deployMode === "saas" ? randomUUID() : undefined;
  const settings = {
    version,
    deployMode,
    orgId,
    allowLoopback: false,
    adminToken: OPERATOR,
    resolve: ownName,
  };
  const platform = await startPlatform({ ...settings, rateLimit: MANY_REQUESTS, ...options });
  const small = await startPlatform({ ...settings, rateLimit: FEW_REQUESTS });
  const tenant = orgId === undefined ? {} : { "x-molecule-org-id": orgId };

  const lead = platform.addWorkspace({ name: "Lead", role: "lead" });
  const team = { parentId: lead.id, role: "member" };
  const self = platform.addWorkspace({ ...team, name: "Self", reply: () => "here" });
  const peer = platform.addWorkspace({ ...team, name: "Peer", reply: ({ text }) => `heard ${text}` });
  const elsewhere = platform.addWorkspace({ name: "Elsewhere", role: "lead" });
  const stranger = platform.addWorkspace({ name: "Stranger", parentId: elsewhere.id });

  const world: World = {
    version,
    ask: askerOf(platform.url, tenant),
    given: {
      self: partyOf(self),
      peer: peer.id,
      peerToken: partyOf(peer).token,
      stranger: stranger.id,
      adminToken: OPERATOR,
      scratch: () => partyOf(platform.addWorkspace({ ...team, name: "Scratch" })),
      changes: true,
      limited: askerOf(small.url, tenant),
      embedded: platform,
      ...(orgId !== undefined && { orgId }),
      ...(deployMode === "saas" ? { saas: true } : { selfHosted: true }),
    },
  };
  async function close(): Promise<void> {
    await Promise.all([platform.close(), small.close()]);
  }
  return { platform, world, [Symbol.asyncDispose]: close };
}

/** A workspace that was just added has a token. */
function partyOf({ id, token }: { id: string; token: string | null }): Party {
  return { id, token: token ?? "" };
}

/** This machine is the only one that has an address, so that the checks do not leave it. */
async function ownName(hostname: string): Promise<string[]> {
  if (hostname.toLowerCase() === "localhost") return ["127.0.0.1"];
  throw new Error(`lookup ${hostname}: no such host`);
}
