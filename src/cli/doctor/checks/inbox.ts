import { access } from "node:fs/promises";
import { join } from "node:path";
import { settle } from "a2a-peers";
import { isJsonObject } from "../../json-object";
import { type Facts, isPolling, PROBE_ACTIVELY } from "../facts";
import { blocked, broken, type Finding, ok, skipped, warning } from "../finding";
import { ProbeError, type ProbeResponse } from "../probe";

const LOOK_BACK_SECS = 600;
const MAX_ROWS = 100;
/** A message that is younger than this may still be read by an inbox that is idle. */
const UNREAD_MS = 60_000;

const READ_IT = "a2a-peers inbox";

/** Whether messages can be read, and whether somebody reads them. Takes none and moves no cursor. */
export async function checkInbox(facts: Facts): Promise<Finding> {
  if (facts.record === undefined || facts.isTokenAccepted !== true) {
    return blocked("It is read once the workspace is registered and its token accepted.");
  }
  if (!facts.hasInboxes) return skipped("This release of the platform keeps no messages.");
  if (!isPolling(facts)) return skipped("The platform sends the messages of this workspace to a URL.");
  let rows: readonly Readonly<Record<string, unknown>>[];
  try {
    rows = await readRows(facts);
  } catch (error) {
    if (!(error instanceof ProbeError)) throw error;
    return broken(`It cannot be read: ${error.message}.`, READ_IT);
  }
  const messages = rows.filter(({ method, status }) => method !== "notify" && status !== "error");
  const count = `${messages.length === MAX_ROWS ? "At least " : ""}${messages.length} ${messages.length === 1 ? "message" : "messages"}`;
  const text = `${count} in the last 10 minutes.`;
  const isWaiting = messages.some(({ created_at: at }) => Date.now() - Date.parse(String(at)) > UNREAD_MS);
  if (isWaiting && !(await hasReader(facts))) {
    return warning(
      `${text} No inbox on this machine reads them: the platform keeps them, and the agent does not get them.`,
      "a2a-peers inbox --exec '<command that answers a message>'",
    );
  }
  return ok(`It can be read. ${text}`);
}

async function readRows({ probe, workspaceId }: Facts, limit = MAX_ROWS) {
  const path = `/workspaces/${workspaceId}/activity?type=a2a_receive&since_secs=${LOOK_BACK_SECS}&limit=${limit}`;
  const response = (await probe?.(path)) as ProbeResponse;
  if (response.status !== 200 || !Array.isArray(response.json)) {
    throw new ProbeError(`the platform answers ${response.status}`);
  }
  return response.json.filter(isJsonObject);
}

/** An inbox of this package has stored how far it has read. */
async function hasReader({ folder = "", workspaceId = "" }: Facts): Promise<boolean> {
  const paths = [join(folder, ".inbox.json"), join(folder, workspaceId, ".inbox.json")];
  const found = await Promise.allSettled(paths.map((path) => access(path)));
  return found.some(({ status }) => status === "fulfilled");
}

/** Whether a message comes into the inbox: one to the workspace itself, which the inboxes of this package pass over. */
export async function checkMessage(facts: Facts): Promise<Finding> {
  const { client, cli, options, workspaceId = "", record, isTokenAccepted } = facts;
  if (client === undefined || record === undefined || isTokenAccepted !== true) {
    return blocked("One is sent once the workspace is registered and its token accepted.");
  }
  if (!isPolling(facts)) return skipped("None is sent: the agent would work on it.");
  if (!options.active) {
    return skipped(
      "None is sent unasked: a reader of another make would take it for a task.",
      PROBE_ACTIVELY,
    );
  }
  const messageId = crypto.randomUUID();
  const sent = await settle(
    client.sendA2AMessage(workspaceId, "A test of a2a-peers doctor. There is nothing to do.", {
      allowSelf: true,
      messageId,
      // Marked as what an inbox reads and does not hand to its agent.
      metadata: { kind: "delegation_results" },
      signal: cli.signal,
      budgetMs: 10_000,
    }),
  );
  if (!sent.ok) return broken(sent.error.message, PROBE_ACTIVELY);
  const rows = await readRows(facts);
  return rows.some((row) => JSON.stringify(row.request_body ?? null).includes(messageId))
    ? ok(`A message to itself came back in the inbox after ${sent.value.elapsedMs} ms.`)
    : broken(
        "The platform took a message to the workspace itself, and does not show it in the inbox.",
        READ_IT,
      );
}
