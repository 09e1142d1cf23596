import { type Ask, askerOf, type Party, patient } from "./ask";
import type { Version, World } from "./check";
import type { Options } from "./options";

/** A platform somewhere, with as much as the options give. Rejects when it cannot be reached at all. */
export async function openRemote(url: string, options: Options): Promise<World> {
  const { workspace, token, org, origin, allowChanges, deployMode } = options;
  const limited = askerOf(url, {
    ...(org !== undefined && { "x-molecule-org-id": org }),
    ...(origin !== undefined && { origin }),
  });
  const ask = patient(limited);
  await ask("GET", "/health");
  const self = workspace === undefined || token === undefined ? undefined : { id: workspace, token };
  return {
    version: options.version ?? (self === undefined ? "2026-05" : await versionOf(ask, self)),
    ask,
    given: {
      ...(self !== undefined && { self }),
      ...(self !== undefined && allowChanges && { scratch: () => self }),
      ...(allowChanges && { changes: true, limited }),
      ...(options.peer !== undefined && { peer: options.peer }),
      ...(options.peerToken !== undefined && { peerToken: options.peerToken }),
      ...(options.stranger !== undefined && { stranger: options.stranger }),
      ...(options.adminToken !== undefined && { adminToken: options.adminToken }),
      ...(org !== undefined && { orgId: org }),
      ...(deployMode === "saas" ? { saas: true } : { selfHosted: true }),
    },
  };
}

const NO_ROW = "00000000-0000-0000-0000-000000000000";

/** The earlier version ignores cursors, the later one misses the row. */
async function versionOf(ask: Ask, self: Party): Promise<Version> {
  const { status } = await ask("GET", `/workspaces/${self.id}/activity?since_id=${NO_ROW}&limit=1`, {
    as: self,
  });
  return status === 200 ? "2026-04" : "2026-05";
}
