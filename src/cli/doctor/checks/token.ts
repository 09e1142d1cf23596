import { quoteForShell } from "../../shell";
import type { Facts } from "../facts";
import { findToken } from "../find-token";
import { blocked, broken, type Finding, ok, warning } from "../finding";
import { createProbe, getErrorText, ProbeError } from "../probe";

/** Whether a token is found, and whether others can read it. */
export async function checkToken(facts: Facts): Promise<Finding> {
  const { cli, options, workspaceId, folder, platformUrl } = facts;
  if (workspaceId === undefined || folder === undefined || platformUrl === undefined) {
    return blocked("It is looked for once the environment is right.");
  }
  const found = await findToken(cli, { workspaceId, tokenFile: options.tokenFile, folder });
  if (found.kind === "found") facts.token = found.token;
  facts.probe = createProbe(platformUrl, createHeaders(facts, workspaceId, platformUrl), cli.signal);
  if (found.kind === "unreadable") {
    const { path, code } = found;
    const mend =
      code === "EISDIR" ? `ls -ld ${quoteForShell(path)}` : `sudo chown "$(id -u)" ${quoteForShell(path)}`;
    return broken(`The token file ${path} cannot be read (${code}).`, mend);
  }
  if (found.kind === "none") {
    return warning(
      `There is none in ${found.searched.join(", ")}.`,
      "export MOLECULE_WORKSPACE_TOKEN=<token of the workspace>",
    );
  }
  if (!/^[\x21-\x7e]+$/.test(found.token)) {
    return broken(
      `What is in ${found.place} is no token: it has spaces or other characters that no token has.`,
      found.path === undefined ? "export MOLECULE_WORKSPACE_TOKEN=<token of the workspace>" : undefined,
    );
  }
  if (found.isReadableByOthers && found.path !== undefined) {
    return warning(
      `It is in ${found.place}, which other users of this machine may read.`,
      `chmod 600 ${quoteForShell(found.path)}`,
    );
  }
  return ok(`It is in ${found.place}.`);
}

function createHeaders({ cli, options, token }: Facts, workspaceId: string, platformUrl: string) {
  const org = (options.org ?? cli.env.MOLECULE_ORG_ID ?? "").trim();
  return {
    accept: "application/json",
    "x-workspace-id": workspaceId,
    origin: new URL(platformUrl).origin,
    ...(token !== undefined && /^[\x21-\x7e]+$/.test(token) && { authorization: `Bearer ${token}` }),
    ...(org !== "" && { "x-molecule-org-id": org }),
  };
}

const UNKNOWN_ROW_ID = "00000000-0000-0000-0000-000000000000";

/** Whether the platform accepts the token, and which release it is, by a read that only its workspace may make. */
export async function checkAccepted(facts: Facts): Promise<Finding> {
  const { probe, health, workspaceId, token } = facts;
  if (probe === undefined || health === undefined) return blocked("It is tried once the platform answers.");
  let response: Awaited<ReturnType<typeof probe>>;
  try {
    response = await probe(
      `/workspaces/${workspaceId}/activity?type=a2a_receive&limit=1&since_id=${UNKNOWN_ROW_ID}`,
    );
  } catch (error) {
    if (!(error instanceof ProbeError)) throw error;
    return broken(`The platform did not answer the request: ${error.message}.`, "a2a-peers doctor");
  }
  const error = getErrorText(response);
  if ((response.status === 404 || response.status === 403) && error === "") {
    return broken(
      `A gateway in front of the platform refuses the request (an empty ${response.status}): the organisation is missing or wrong.`,
      "export MOLECULE_ORG_ID=<id of the organisation>",
    );
  }
  if (response.status === 401) {
    return token === undefined
      ? broken(
          "The platform requires one, and none was found.",
          "export MOLECULE_WORKSPACE_TOKEN=<token of the workspace>",
        )
      : broken(
          `The platform refuses it (401, ${error}): it is revoked, or that of another workspace.`,
          "export MOLECULE_WORKSPACE_TOKEN=<new token from the Tokens tab of the workspace>",
        );
  }
  if (response.status === 429)
    return blocked("The platform refuses all requests of this address for a while.");
  // The release of April 2026 knows no cursors; later ones do not find the row.
  if (response.status !== 200 && response.status !== 410) {
    return warning(
      `The platform answers ${response.status}${error === "" ? "" : ` (${error})`}.`,
      "a2a-peers doctor",
    );
  }
  facts.isTokenAccepted = true;
  facts.hasInboxes = response.status === 410;
  return ok(
    token === undefined ? "The platform requires none for this workspace." : "The platform accepts it.",
  );
}
