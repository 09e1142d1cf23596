import { randomUUID } from "node:crypto";
import type { Target, Version } from "./check";
import { describeResponse, readFields } from "./expect";
import {
  type Credentials,
  createRequester,
  type HttpResponse,
  retryRateLimited,
  type SendRequest,
} from "./http";
import { createOperator } from "./operator";
import type { Options } from "./options";

/** There is a server, but with these options no check could succeed. */
export class UnusableTarget extends Error {
  override name = "UnusableTarget";
}

/**
 * Connects to a platform by URL, with the resources that the options provide. Rejects when it cannot be reached, and
 * with an {@link UnusableTarget} when the options do not fit the platform or each other.
 */
export async function connectTarget(url: string, options: Options): Promise<Target> {
  const { workspace, token, peer, peerToken, org, origin, allowChanges, deployMode, adminToken } = options;
  const limited = createRequester(url, {
    ...(org !== undefined && { "x-molecule-org-id": org }),
    ...(origin !== undefined && { origin }),
  });
  const request = retryRateLimited(limited);
  await checkHealth(request, url);
  const self = workspace === undefined || token === undefined ? undefined : { id: workspace, token };
  const probed = self && (await probeCredentials(request, self, "--workspace and --token"));
  if (peer !== undefined && peerToken !== undefined) {
    await probeCredentials(request, { id: peer, token: peerToken }, "--peer and --peer-token");
  }
  return {
    version:
      options.version ?? (probed === undefined ? await detectVersion(request) : versionFromProbe(probed)),
    request,
    resources: {
      ...(self !== undefined && { self }),
      ...(self !== undefined && allowChanges && { scratch: () => self }),
      ...(allowChanges && { changes: true, limited }),
      ...(peer !== undefined && { peer }),
      ...(peer !== undefined && (await hasUrl(request, peer)) && { reachablePeer: peer }),
      ...(peerToken !== undefined && { peerToken }),
      ...(options.stranger !== undefined && { stranger: options.stranger }),
      ...(adminToken !== undefined && { adminToken }),
      ...(adminToken !== undefined &&
        options.agentHost !== undefined && {
          operator: createOperator(request, adminToken, options.agentHost),
        }),
      ...(org !== undefined && { orgId: org }),
      ...(deployMode === "saas" ? { saas: true } : { selfHosted: true }),
    },
  };
}

async function hasUrl(request: SendRequest, id: string): Promise<boolean> {
  const { url } = readFields((await request("GET", `/workspaces/${id}`)).json);
  return typeof url === "string" && url !== "";
}

async function checkHealth(request: SendRequest, url: string): Promise<void> {
  const health = await request("GET", "/health");
  if (health.status === 200 && readFields(health.json).status === "ok") return;
  throw new UnusableTarget(
    `There is no platform at ${url}: expected 200 {"status":"ok"} of /health, got ${describeResponse(health)}`,
  );
}

const UNKNOWN_ROW_ID = "00000000-0000-0000-0000-000000000000";

/** Requests activity after an unknown row: it needs a token, and the response depends on the version. */
async function probeCredentials(
  request: SendRequest,
  { id, token }: Credentials,
  names: string,
): Promise<HttpResponse> {
  const path = `/workspaces/${id}/activity?since_id=${UNKNOWN_ROW_ID}&limit=1`;
  const response = await request("GET", path, { bearer: token });
  if (response.status !== 401) return response;
  const { error } = readFields(response.json);
  throw new UnusableTarget(`${names} do not belong together: 401 ${JSON.stringify(error ?? response.text)}`);
}

/** 2026-04 ignores the cursor, 2026-05 reports the unknown row. */
function versionFromProbe(response: HttpResponse): Version {
  if (response.status === 200) return "2026-04";
  if (response.status === 410) return "2026-05";
  throw unknownVersionError(response);
}

/** Sends an invalid registration: 2026-04 cannot parse it, 2026-05 names the wrong field. */
async function detectVersion(request: SendRequest): Promise<Version> {
  const body = { id: randomUUID(), url: "", agent_card: {}, delivery_mode: "none" };
  const response = await request("POST", "/registry/register", { body });
  const { error } = readFields(response.json);
  if (response.status !== 400 || typeof error !== "string") throw unknownVersionError(response);
  return error === "invalid request body" ? "2026-04" : "2026-05";
}

function unknownVersionError(response: HttpResponse): UnusableTarget {
  return new UnusableTarget(
    "The version of the platform cannot be detected, so --version is needed: " +
      `the response to the probe was ${describeResponse(response)}`,
  );
}
