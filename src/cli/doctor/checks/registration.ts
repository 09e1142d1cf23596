import { displayName, type PeerRecord } from "a2a-peers";
import { isJsonObject } from "../../json-object";
import { toLine } from "../../output";
import { quoteForShell } from "../../shell";
import type { Facts } from "../facts";
import { blocked, broken, type Finding, ok, warning } from "../finding";
import { getErrorText, ProbeError } from "../probe";

const REGISTER = 'a2a-peers register --name "<name>"';

/** Whether the platform has the workspace, in which status, and where it sends its messages. */
export async function checkRegistration(facts: Facts): Promise<Finding> {
  const { probe, health, workspaceId } = facts;
  if (probe === undefined || health === undefined)
    return blocked("It is looked up once the platform answers.");
  let response: Awaited<ReturnType<typeof probe>>;
  try {
    response = await probe(`/workspaces/${workspaceId}`);
  } catch (error) {
    if (!(error instanceof ProbeError)) throw error;
    return broken(`The platform did not answer the request: ${error.message}.`, "a2a-peers doctor");
  }
  const { status, json } = response;
  if (status === 429) return blocked("The platform refuses all requests of this address for a while.");
  const record = isJsonObject(json) ? json : {};
  if (status === 410 || record.status === "removed") {
    return broken(
      `The workspace was deleted${typeof record.removed_at === "string" ? ` at ${toLine(record.removed_at)}` : ""}, and does not come back.`,
      "export WORKSPACE_ID=<id of a new workspace> MOLECULE_WORKSPACE_TOKEN=<its token>",
    );
  }
  if (status === 404 && getErrorText(response) !== "") {
    return broken(`The platform does not know workspace ${workspaceId}.`, REGISTER);
  }
  // The check of the token has reported a gateway that refuses everything.
  if ((status === 404 || status === 403) && getErrorText(response) === "") {
    return blocked("It is looked up once the gateway lets requests pass.");
  }
  if (status !== 200 || typeof record.id !== "string") {
    return broken(`The platform answers ${status} instead of the workspace.`, "a2a-peers doctor");
  }
  facts.record = record;
  return describeRecord(facts, record);
}

/** What an operator has to end, by status. */
const OPERATOR: Readonly<Record<string, string>> = {
  paused: "An operator has paused the workspace; one has to resume it on the canvas.",
  hibernated: "The workspace is hibernated; an operator has to wake it on the canvas.",
};

function describeRecord({ hasInboxes }: Facts, record: Readonly<Record<string, unknown>>): Finding {
  const name = displayName(record as PeerRecord);
  const status = toLine(String(record.status ?? "unknown"));
  const url = typeof record.url === "string" ? toLine(record.url) : "";
  const where =
    url === "" ? (hasInboxes ? "poll mode, without a URL" : "without a URL") : `its URL is ${url}`;
  const text = `${name} is ${status}, ${where}.`;
  const card = isJsonObject(record.agent_card) ? record.agent_card : {};
  if (OPERATOR[status] !== undefined) return broken(`${name}: ${OPERATOR[status]}`);
  if (status === "failed") return broken(`${text} It gets messages again once it is registered.`, REGISTER);
  if (url === "" && hasInboxes === false) {
    return broken(
      `${text} This release sends messages to a URL only.`,
      `${REGISTER} --url <URL of the agent>`,
    );
  }
  if (url !== "" && typeof card.url === "string" && card.url !== "" && card.url !== url) {
    return warning(
      `${text} The card of the agent says ${toLine(card.url)}: the platform may have forgotten what was registered.`,
      `${REGISTER} --url=${quoteForShell(toLine(card.url))}`,
    );
  }
  if (status === "online" || status === "degraded") return ok(text);
  return warning(`${text} The platform does not hear its agent, which has to beat.`, "a2a-peers heartbeat");
}
