import { invalidArgument } from "../errors";
import type { A2AEvent, Emit } from "../events";
import { writeSecretFile } from "../identity/private-file";
import { checkToken } from "../identity/token";
import type { Workspace } from "../identity/workspaces";
import { oneLine, shown } from "../text";
import { type HttpAnswer, isSuccess } from "../transport/answer";
import { isRecord, type JsonRecord } from "../transport/json";
import { type RequestContext, requestPlatform } from "../transport/request";
import { judgeStatus, readJsonObject, withoutTask } from "../transport/status";
import { failed, succeeded, type Verdict } from "../transport/verdict";
import type { CallOptions } from "../validate";
import type { AgentCard } from "./agent-card";

/** How a workspace announces itself. */
export interface Registration {
  /** Where the platform reaches the agent, `http` or `https`. Without one the agent fetches its messages. */
  url?: string | undefined;
  agentCard: AgentCard;
  /** @default "push" with a url, "poll" without */
  deliveryMode?: "push" | "poll" | undefined;
}

export interface RegistrationResult {
  status: string;
  /** True when the workspace had a token already; a first registration brings one, which is used and stored. */
  alreadyRegistered: boolean;
  /** The mode the platform will use. */
  deliveryMode?: string;
  /** Set when the platform took the registration in another way than it was meant. */
  warning?: string;
}

export interface RegistrationContext extends RequestContext {
  emit: Emit<A2AEvent>;
  /** Where the token of a workspace is stored; `undefined` where there is no file system. */
  tokenPath(workspace: Workspace): string | undefined;
  /** What each workspace registered last, for those who have to do it again. */
  last: Map<Workspace, Registration>;
}

/**
 * Announces a workspace to the platform. A first registration brings a token: it is used from memory at once and
 * stored, and when the disk does not take it, that is an event and no failure.
 */
export async function register(
  context: RegistrationContext,
  given: Registration,
  options?: CallOptions,
  background = false,
): Promise<RegistrationResult> {
  const registration = checkRegistration(given);
  const { url = "", deliveryMode, agentCard } = registration;
  const { answer, workspace } = await requestPlatform(context, {
    method: "POST",
    path: () => "/registry/register",
    body: (source) => ({ id: source.id, url, delivery_mode: deliveryMode, agent_card: agentCard }),
    options,
    background,
    judge: (answer, source) => {
      const verdict = judgeRegistration(answer);
      return verdict.ok ? succeeded({ answer: verdict.value, workspace: source }) : verdict;
    },
  });
  // A copy: what is registered again is what was registered, whatever becomes of the caller's object.
  context.last.set(workspace, JSON.parse(JSON.stringify(registration)));
  const isNew = await keepToken(context, workspace, answer.auth_token);
  return resultOf(answer, isNew, registration);
}

function checkRegistration(given: Registration): Registration & { deliveryMode: "push" | "poll" } {
  if (!isRecord(given) || !isRecord(given.agentCard) || typeof given.agentCard.name !== "string") {
    throw invalidArgument("Expected a registration with an `agentCard` that has a `name`.");
  }
  const { url, agentCard } = given;
  try {
    JSON.stringify(agentCard);
  } catch {
    throw invalidArgument("Expected `agentCard` to be what JSON can hold.");
  }
  const deliveryMode = given.deliveryMode ?? (url === undefined ? "poll" : "push");
  if (deliveryMode !== "push" && deliveryMode !== "poll") {
    throw invalidArgument(`Expected \`deliveryMode\` to be 'push' or 'poll', got ${shown(deliveryMode)}.`);
  }
  if (url !== undefined && typeof url !== "string") {
    throw invalidArgument(`Expected \`url\` to be text, got ${shown(url)}.`);
  }
  if (deliveryMode === "push" && (url ?? "").trim() === "") {
    throw invalidArgument(
      "Expected `url` for the delivery mode 'push': the platform has to reach the agent.",
    );
  }
  return { url, agentCard, deliveryMode };
}

function judgeRegistration(answer: HttpAnswer): Verdict<JsonRecord> {
  if (isSuccess(answer.status)) return judgeRegistered(answer);
  const general = judgeStatus(answer, "the registration");
  if (answer.status === 403 && general.code !== "wrong_tenant")
    return failed({ ...general, code: "access_denied" });
  if (answer.status !== 400) return failed({ ...general, again: general.again || answer.status === 500 });
  const advice =
    "A private or loopback `url` is a common reason: the platform only calls addresses it can reach.";
  return failed({ ...general, advice });
}

function judgeRegistered(answer: HttpAnswer): Verdict<JsonRecord> {
  const read = readJsonObject(answer, "the registration");
  // Absent, null and empty all mean that there is no new one.
  if (!read.ok || !read.value.auth_token) return read;
  try {
    checkToken(read.value.auth_token, "the token in the platform's answer");
    return read;
  } catch {
    const summary = "The platform answered the registration with a token that no header can hold";
    return failed({ ...withoutTask(answer), code: "bad_response", summary });
  }
}

/** The token is shown once: it is in use before the disk is asked. True when there was one. */
async function keepToken(
  context: RegistrationContext,
  workspace: Workspace,
  value: unknown,
): Promise<boolean> {
  if (typeof value !== "string" || value === "") return false;
  const token = checkToken(value, "the token in the platform's answer");
  workspace.tokens.adopt(token);
  const path = context.tokenPath(workspace);
  try {
    if (path === undefined) throw new Error("there is no file system here");
    await writeSecretFile(path, token);
  } catch (error) {
    const reason = oneLine(error instanceof Error ? error.message : String(error), 500).replaceAll(
      token,
      "[redacted]",
    );
    context.emit({ type: "token.store_failed", workspaceId: workspace.id, reason });
  }
  return true;
}

function resultOf(answer: JsonRecord, isNew: boolean, wanted: Registration): RegistrationResult {
  const result: RegistrationResult = {
    status: typeof answer.status === "string" ? answer.status : "registered",
    alreadyRegistered: !isNew,
  };
  if (typeof answer.delivery_mode === "string") result.deliveryMode = answer.delivery_mode;
  if (wanted.deliveryMode === "poll" && result.deliveryMode !== "poll") {
    result.warning =
      "The platform did not confirm the delivery mode 'poll': it may be too old for it, and messages may not arrive.";
  }
  return result;
}
