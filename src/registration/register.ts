import { invalidArgument, settle } from "../errors";
import type { A2AEvent, Emit } from "../events";
import { checkToken } from "../identity/token";
import type { Workspace } from "../identity/workspaces";
import { shown } from "../text";
import { type HttpAnswer, isSuccess } from "../transport/answer";
import { type Call, endedEarly } from "../transport/call";
import { TransportFailure } from "../transport/failure";
import { isRecord, type JsonRecord } from "../transport/json";
import { type RequestContext, requestPlatform } from "../transport/request";
import { readJsonObject, withoutTask } from "../transport/status";
import { failed, type Verdict } from "../transport/verdict";
import { type CallOptions, checkCallOptions } from "../validate";
import { type AgentCard, checkAgentCard } from "./agent-card";
import { type Objection, readAgentUrl } from "./agent-url";
import { checkAgentUrl, type UrlCheckContext } from "./check-url";
import { judgeRefusal, type RefusedUrl } from "./refusal";
import type { TokenStore } from "./token-store";

/** How a workspace announces itself. */
export interface Registration {
  /**
   * Where the platform reaches the agent: `http` or `https`, at an address it may call, or at the name `localhost`.
   * Without one the agent fetches its messages.
   */
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

export interface RegistrationContext extends RequestContext, UrlCheckContext {
  emit: Emit<A2AEvent>;
  /** What is wrong with the environment; told once, at the first registration. */
  deployModeWarning: string | undefined;
  store: TokenStore;
  /** Asks the platform for a workspace. Rejects with `workspace_removed` when it was deleted. */
  lookUp(options: CallOptions): Promise<unknown>;
  /** What each workspace registered last, for those who have to do it again. */
  last: Map<Workspace, CheckedRegistration>;
}

/** A registration of our own: what becomes of the caller's object changes nothing in it. */
interface CheckedRegistration extends Registration {
  url: string;
  deliveryMode: "push" | "poll";
}

/** Longer nobody should wait for the look at what was registered, in milliseconds. */
const LONGEST_LOOK_MS = 3000;

/**
 * Announces a workspace to the platform. A first registration brings a token: it is used from memory at once and
 * stored, and when the disk does not take it, that is an event and no failure. `background` is for the repetition of
 * a registration that went well before, by somebody who has just looked the workspace up.
 */
export async function register(
  context: RegistrationContext,
  given: Registration,
  options?: CallOptions,
  background = false,
): Promise<RegistrationResult> {
  const registration = checkRegistration(given);
  const { signal, timeoutMs = context.requestMs, source } = checkCallOptions(options);
  const workspace = context.workspaces.named(source) ?? context.workspaces.default;
  const call = context.calls.begin(timeoutMs, signal, background);
  const left = () => ({ source: workspace.id, signal, timeoutMs: Math.max(1, call.remainingMs()) });
  try {
    warnOfMode(context, workspace);
    const { url, deliveryMode } = registration;
    // In poll mode the platform ignores the URL, and what is repeated was checked before.
    const isChecked = deliveryMode === "push" && !background;
    const strictly = isChecked
      ? await checkAgentUrl(context, url, { signal, timeoutMs: left().timeoutMs / 2 })
      : objectionWithoutLookup(url);
    const answer = await requestPlatform(context, {
      method: "POST",
      path: () => "/registry/register",
      body: ({ id }) => ({ id, url, delivery_mode: deliveryMode, agent_card: registration.agentCard }),
      options: left(),
      background,
      judge: (said) => judgeRegistration(said, { url, strictly }),
    });
    context.last.set(workspace, registration);
    const token = newToken(answer);
    // It is shown once: in use before the disk is asked, and on its way there before anything else can fail.
    if (token !== undefined) workspace.tokens.adopt(token);
    const { store } = context;
    const storing = token === undefined ? store.catchUp(workspace) : store.keep(workspace, token);
    const isInTime = await endsInTime(call, storing);
    if (isInTime && !background) await refuseRemoved(context, workspace, left());
    const result = resultOf(answer, token !== undefined, registration);
    if (result.warning !== undefined) warn(context, workspace, result.warning);
    return result;
  } catch (error) {
    throw error instanceof TransportFailure ? endedEarly(call, "The registration") : error;
  } finally {
    call.end();
  }
}

function checkRegistration(given: Registration): CheckedRegistration {
  if (!isRecord(given))
    throw invalidArgument(`Expected a registration to be an object, got ${shown(given)}.`);
  const agentCard = checkAgentCard(given.agentCard, "`agentCard`");
  const deliveryMode = given.deliveryMode ?? (given.url === undefined ? "poll" : "push");
  if (deliveryMode !== "push" && deliveryMode !== "poll") {
    throw invalidArgument(`Expected \`deliveryMode\` to be 'push' or 'poll', got ${shown(deliveryMode)}.`);
  }
  if (given.url !== undefined && typeof given.url !== "string") {
    throw invalidArgument(`Expected \`url\` to be text, got ${shown(given.url)}.`);
  }
  const url = (given.url ?? "").trim();
  if (deliveryMode === "push" && url === "") {
    throw invalidArgument(
      "Expected `url` for the delivery mode 'push': the platform has to reach the agent.",
    );
  }
  return { url, agentCard, deliveryMode };
}

function objectionWithoutLookup(url: string): Objection | undefined {
  return url === "" ? undefined : readAgentUrl(url).objection("self-hosted");
}

function warn({ emit }: RegistrationContext, { id: workspaceId }: Workspace, reason: string): void {
  emit({ type: "registration.warning", workspaceId, reason });
}

function warnOfMode(context: RegistrationContext, workspace: Workspace): void {
  const { deployModeWarning } = context;
  context.deployModeWarning = undefined;
  if (deployModeWarning !== undefined) warn(context, workspace, deployModeWarning);
}

function judgeRegistration(answer: HttpAnswer, refused: RefusedUrl): Verdict<JsonRecord> {
  if (!isSuccess(answer.status)) return failed(judgeRefusal(answer, refused));
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

function newToken({ auth_token: token }: JsonRecord): string | undefined {
  return token ? checkToken(token, "the token in the platform's answer") : undefined;
}

/** Waits no longer than the call lasts. What is stored late is no failure of the registration. */
async function endsInTime(call: Call, storing: Promise<void>): Promise<boolean> {
  try {
    await call.until(storing);
    return true;
  } catch (error) {
    if (call.cancelled() !== undefined) throw error;
    return false;
  }
}

/** The platform answers a removed workspace as if it were online; only its record tells. */
async function refuseRemoved(
  context: RegistrationContext,
  workspace: Workspace,
  left: CallOptions & { timeoutMs: number },
): Promise<void> {
  const look = await settle(
    context.lookUp({ ...left, timeoutMs: Math.min(left.timeoutMs, LONGEST_LOOK_MS) }),
  );
  if (look.ok) return;
  const { error } = look;
  if (error.code === "workspace_removed") context.last.delete(workspace);
  // Whatever else is wrong with the look says nothing against the registration.
  if (error.code === "workspace_removed" || error.code === "closed") throw error;
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
