import { randomUUID } from "node:crypto";
import { type Answer, type Ask, askerOf, type Party, patient } from "./ask";
import type { Version, World } from "./check";
import { fieldsOf, shown } from "./expect";
import type { Options } from "./options";

/** Something answers, and no check would make sense of it. */
export class Unfit extends Error {
  override name = "Unfit";
}

/**
 * A platform somewhere, with as much as the options give. Rejects when it cannot be reached at all, and with an
 * {@link Unfit} when the checks would only repeat that the options are wrong.
 */
export async function openRemote(url: string, options: Options): Promise<World> {
  const { workspace, token, peer, peerToken, org, origin, allowChanges, deployMode } = options;
  const limited = askerOf(url, {
    ...(org !== undefined && { "x-molecule-org-id": org }),
    ...(origin !== undefined && { origin }),
  });
  const ask = patient(limited);
  await expectPlatform(ask, url);
  const self = workspace === undefined || token === undefined ? undefined : { id: workspace, token };
  const probed = self && (await probe(ask, self, "--workspace and --token"));
  if (peer !== undefined && peerToken !== undefined) {
    await probe(ask, { id: peer, token: peerToken }, "--peer and --peer-token");
  }
  return {
    version: options.version ?? (probed === undefined ? await versionOf(ask) : versionIn(probed)),
    ask,
    given: {
      ...(self !== undefined && { self }),
      ...(self !== undefined && allowChanges && { scratch: () => self }),
      ...(allowChanges && { changes: true, limited }),
      ...(peer !== undefined && { peer }),
      ...(peerToken !== undefined && { peerToken }),
      ...(options.stranger !== undefined && { stranger: options.stranger }),
      ...(options.adminToken !== undefined && { adminToken: options.adminToken }),
      ...(org !== undefined && { orgId: org }),
      ...(deployMode === "saas" ? { saas: true } : { selfHosted: true }),
    },
  };
}

async function expectPlatform(ask: Ask, url: string): Promise<void> {
  const health = await ask("GET", "/health");
  if (health.status === 200 && fieldsOf(health.json).status === "ok") return;
  throw new Unfit(
    `There is no platform at ${url}: expected 200 {"status":"ok"} of /health, got ${shown(health)}`,
  );
}

const NO_ROW = "00000000-0000-0000-0000-000000000000";

/** Looks for a row that is not there, which needs a token and shows the version. */
async function probe(ask: Ask, { id, token }: Party, names: string): Promise<Answer> {
  const path = `/workspaces/${id}/activity?since_id=${NO_ROW}&limit=1`;
  const answer = await ask("GET", path, { bearer: token });
  if (answer.status !== 401) return answer;
  const { error } = fieldsOf(answer.json);
  throw new Unfit(`${names} do not belong together: 401 ${JSON.stringify(error ?? answer.text)}`);
}

/** The earlier version ignores cursors, the later one misses the row. */
function versionIn(answer: Answer): Version {
  if (answer.status === 200) return "2026-04";
  if (answer.status === 410) return "2026-05";
  throw unknownVersion(answer);
}

/** Registers nothing: the earlier version cannot read it, and the later one says what it dislikes. */
async function versionOf(ask: Ask): Promise<Version> {
  const body = { id: randomUUID(), url: "", agent_card: {}, delivery_mode: "none" };
  const answer = await ask("POST", "/registry/register", { body });
  const { error } = fieldsOf(answer.json);
  if (answer.status !== 400 || typeof error !== "string") throw unknownVersion(answer);
  return error === "invalid request body" ? "2026-04" : "2026-05";
}

function unknownVersion(answer: Answer): Unfit {
  return new Unfit(
    "The version of the platform cannot be found out, so --version is needed: " +
      `the question for it was answered with ${shown(answer)}`,
  );
}
