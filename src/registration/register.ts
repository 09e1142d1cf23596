import { isA2AError, settle } from "../errors";
import type { A2AEvent, Emit } from "../events";
import { checkToken } from "../identity/token";
import type { Workspace } from "../identity/workspaces";
import type { JsonRecord } from "../text/json";
import type { Call } from "../transport/call";
import { readJsonObject, withoutTask } from "../transport/request/classify-status";
import { newProgress, type Progress } from "../transport/request/execute";
import { type RequestContext, requestPlatform } from "../transport/request/platform-request";
import { fail, type Result } from "../transport/request/result";
import { type HttpResponse, isSuccess } from "../transport/response";
import type { CallOptions } from "../validation/options";
import { isLocalhost, parseAgentUrl, type UrlProblem } from "./agent-url";
import { checkAgentUrl, type UrlCheckContext } from "./check-url";
import { classifyRefusal, type RefusedRegistration } from "./classify-refusal";
import type { RegistrationState } from "./registration-state";
import { type Registration, type ResolvedRegistration, resolveRegistration } from "./resolve-registration";
import { changeInBackground, changeRegistration, type RegistrationChange } from "./serialize-change";
import type { TokenStore } from "./token-store";

export interface RegistrationResult {
  status: string;
  /** True when the workspace had a token already; a first registration brings one, which is used and stored. */
  alreadyRegistered: boolean;
  /** The mode the platform will use. */
  deliveryMode?: string;
  /** Set when the platform took the registration in another way than it was meant, or may not reach the agent. */
  warning?: string;
}

export interface RegistrationContext extends RequestContext, UrlCheckContext {
  emit: Emit<A2AEvent>;
  /** What is wrong with the environment and has not been told yet: the first registration takes it out and tells it. */
  pendingWarnings: string[];
  store: TokenStore;
  /** Asks the platform for a workspace. Rejects with `workspace_removed` when it was deleted. */
  getWorkspaceInfo(options: CallOptions): Promise<unknown>;
  stateFor(workspace: Workspace): RegistrationState;
}

/** What the platform answered, and the token it brought. */
interface Announced {
  readonly registration: ResolvedRegistration;
  readonly answer: JsonRecord;
  readonly token: string | undefined;
}

/** Longer nobody should wait for the look at what was registered, in milliseconds. */
const LONGEST_LOOK_MS = 3000;

/**
 * Announces a workspace to the platform. A first registration brings a token: it is used from memory at once and
 * stored, and when the disk does not take it, that is an event and no failure.
 */
export async function register(
  context: RegistrationContext,
  given: Registration,
  options?: CallOptions,
): Promise<RegistrationResult> {
  const registration = resolveRegistration(given);
  return changeRegistration(context, options, WHAT, async (made) => {
    for (const reason of context.pendingWarnings.splice(0)) warn(context, made.workspace, reason);
    try {
      const announced = await announce(context, made, registration);
      if (await keepToken(context, made, announced)) await refuseRemoved(context, made);
      return resultOf(context, made, announced);
    } catch (error) {
      // Of a workspace that was removed no token is accepted; its record, which is open to all, tells more.
      if (isA2AError(error) && error.code === "unauthorized") await refuseRemoved(context, made);
      throw error;
    }
  });
}

/**
 * Repeats what was registered last when its turn comes, for somebody who has just looked the workspace up; resolves
 * to `undefined` where nothing was.
 */
export async function registerAgain(
  context: RegistrationContext,
  options: CallOptions,
): Promise<RegistrationResult | undefined> {
  return changeInBackground(context, options, WHAT, async (made) => {
    await made.waitForTurn();
    const { last } = context.stateFor(made.workspace);
    if (last === undefined) return undefined;
    const announced = await post(context, made, last, objectionWithoutLookup(last.url));
    await keepToken(context, made, announced);
    return resultOf(context, made, announced);
  });
}

const WHAT = "The registration";

/** Checks the URL and tells the platform, when its turn has come. */
async function announce(
  context: RegistrationContext,
  made: RegistrationChange,
  registration: ResolvedRegistration,
): Promise<Announced> {
  const { url, deliveryMode } = registration;
  const { signal, timeoutMs } = made.remainingOptions();
  // In poll mode the platform ignores the URL.
  const strictly =
    deliveryMode === "push"
      ? await checkAgentUrl(context, url, { signal, timeoutMs: timeoutMs / 2 })
      : objectionWithoutLookup(url);
  await made.waitForTurn();
  return post(context, made, registration, strictly);
}

async function post(
  context: RegistrationContext,
  { workspace, call, remainingOptions: left, release: leave }: RegistrationChange,
  registration: ResolvedRegistration,
  strictly: UrlProblem | undefined,
): Promise<Announced> {
  const { url, deliveryMode, agentCard } = registration;
  const record = context.stateFor(workspace);
  const progress = newProgress();
  const isAnswerLost = () => record.isAnswerLost || progress.isUnsignedLost;
  try {
    const answer = await requestPlatform(context, {
      method: "POST",
      path: () => "/registry/register",
      body: ({ id }) => ({ id, url, delivery_mode: deliveryMode, agent_card: agentCard }),
      options: left(),
      background: call.background,
      progress,
      classify(said) {
        noteLostBehindEdge(said, progress);
        return judgeRegistration(said, { url, urlProblem: strictly, isAnswerLost: isAnswerLost() });
      },
    });
    const token = newToken(answer);
    record.last = registration;
    progress.isUnsignedLost = false;
    record.isAnswerLost = false;
    // It is shown once: in use before the disk is asked, or anybody else.
    if (token !== undefined) workspace.tokens.adopt(token);
    return { registration, answer, token };
  } finally {
    record.isAnswerLost = isAnswerLost();
    leave();
  }
}

const LOST_BEHIND_EDGE = new Set([502, 504]);

/** The platform itself does not answer so: somebody in front of it has not heard its answer. */
function noteLostBehindEdge({ status }: HttpResponse, progress: Progress): void {
  if (LOST_BEHIND_EDGE.has(status) && progress.tokens.length === 0) progress.isUnsignedLost = true;
}

function objectionWithoutLookup(url: string): UrlProblem | undefined {
  return url === "" ? undefined : parseAgentUrl(url).problem("self-hosted");
}

function warn({ emit }: RegistrationContext, { id: workspaceId }: Workspace, reason: string): void {
  emit({ type: "registration.warning", workspaceId, reason });
}

function judgeRegistration(answer: HttpResponse, refused: RefusedRegistration): Result<JsonRecord> {
  if (!isSuccess(answer.status)) return fail(classifyRefusal(answer, refused));
  const read = readJsonObject(answer, "the registration");
  // Absent, null and empty all mean that there is no new one.
  if (!read.ok || !read.value.auth_token) return read;
  try {
    checkToken(read.value.auth_token, "the token in the platform's answer");
    return read;
  } catch {
    const summary = "The platform answered the registration with a token that no header can hold";
    return fail({ ...withoutTask(answer), code: "bad_response", summary });
  }
}

function newToken({ auth_token: token }: JsonRecord): string | undefined {
  return token ? checkToken(token, "the token in the platform's answer") : undefined;
}

/** Stores the token the platform has just brought, or one that is not stored yet. False when the time is over first. */
function keepToken(
  { store }: RegistrationContext,
  { workspace, call }: RegistrationChange,
  { token }: Announced,
) {
  return endsInTime(call, token === undefined ? store.retry(workspace) : store.save(workspace, token));
}

/** Waits no longer than the call lasts. What is stored late is no failure of the registration. */
async function endsInTime(call: Call, storing: Promise<void>): Promise<boolean> {
  try {
    await call.waitFor(storing);
    return true;
  } catch (error) {
    if (call.cancelled() !== undefined) throw error;
    return false;
  }
}

/** The platform answers a removed workspace as if it were online, and then as a stranger; only its record tells. */
async function refuseRemoved(
  context: RegistrationContext,
  { workspace, remainingOptions: left }: RegistrationChange,
): Promise<void> {
  const options = left();
  const timeoutMs = Math.min(options.timeoutMs, LONGEST_LOOK_MS);
  const look = await settle(context.getWorkspaceInfo({ ...options, timeoutMs }));
  if (look.ok) return;
  const { error } = look;
  if (error.code === "workspace_removed") context.stateFor(workspace).last = undefined;
  // Whatever else is wrong with the look says nothing against the registration.
  if (error.code === "workspace_removed" || error.code === "closed") throw error;
}

const NOT_POLLED =
  "The platform did not confirm the delivery mode 'poll': it may be too old for it, and messages may not arrive.";
const ONLY_IN_DEVELOPMENT =
  "Only a platform in development mode reaches an agent at `localhost`. Any other takes the registration, and then answers each message with 502 `workspace URL is not publicly routable`.";

function resultOf(
  context: RegistrationContext,
  { workspace }: RegistrationChange,
  { registration, answer, token }: Announced,
): RegistrationResult {
  const result: RegistrationResult = {
    status: typeof answer.status === "string" ? answer.status : "registered",
    alreadyRegistered: token === undefined,
  };
  if (typeof answer.delivery_mode === "string") result.deliveryMode = answer.delivery_mode;
  const warning = warningOf(registration, result.deliveryMode);
  if (warning === undefined) return result;
  warn(context, workspace, warning);
  return { ...result, warning };
}

function warningOf(wanted: ResolvedRegistration, deliveryMode: string | undefined): string | undefined {
  if (wanted.deliveryMode === "poll") return deliveryMode === "poll" ? undefined : NOT_POLLED;
  return isLocalhost(wanted.url) ? ONLY_IN_DEVELOPMENT : undefined;
}
