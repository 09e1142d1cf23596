import { adoptRegistrationAnswer } from "../identity/inbound";
import { checkToken } from "../identity/token-source";
import type { JsonRecord } from "../text/json";
import { readJsonObject, responseFacts } from "../transport/request/classify-status";
import { requestPlatform } from "../transport/request/platform-request";
import { newProgress, type Progress } from "../transport/request/progress";
import { fail, type Result } from "../transport/request/result";
import { type HttpResponse, isSuccess } from "../transport/response";
import type { UrlProblem } from "./agent-url";
import { classifyRefusal, type RefusedRegistration } from "./classify-refusal";
import type { RegistrationContext } from "./context";
import { findNewToken, isRefusedWithoutToken } from "./find-token";
import type { ResolvedRegistration } from "./resolve-registration";
import type { RegistrationChange } from "./serialize-change";

/** A registration that the platform accepted. */
export interface AcceptedRegistration {
  readonly registration: ResolvedRegistration;
  readonly body: JsonRecord;
  /** The token that the platform issued; a first registration gets one. */
  readonly token: string | undefined;
}

/**
 * Sends a registration and ends its turn. A token that the platform issues is in use when this resolves.
 * `urlProblem` explains a refusal of the URL.
 */
export async function postRegistration(
  context: RegistrationContext,
  change: RegistrationChange,
  registration: ResolvedRegistration,
  urlProblem: UrlProblem | undefined,
): Promise<AcceptedRegistration> {
  const { workspace, call, changes, remainingOptions, release } = change;
  const { url, deliveryMode, agentCard } = registration;
  const state = context.stateFor(workspace);
  const progress = newProgress();
  const isAnswerLost = () => state.isAnswerLost || progress.unauthenticatedAttemptLost;
  const post = () =>
    requestPlatform(context, {
      method: "POST",
      path: () => "/registry/register",
      body: ({ id }) => ({ id, url, delivery_mode: deliveryMode, agent_card: agentCard }),
      options: remainingOptions(),
      background: call.background,
      progress,
      classify(response) {
        if (isLostBehindProxy(response, progress)) progress.unauthenticatedAttemptLost = true;
        return classifyRegistration(response, { url, urlProblem, isAnswerLost: isAnswerLost() });
      },
    });
  try {
    const body = await post().catch(async (error: unknown) => {
      if (isRefusedWithoutToken(error, progress) && (await findNewToken(change))) return post();
      throw error;
    });
    const token = issuedToken(body);
    state.last = registration;
    adoptRegistrationAnswer(workspace, body);
    progress.unauthenticatedAttemptLost = false;
    state.isAnswerLost = false;
    // The platform shows a token once: use it before anything else, storing it included, can fail.
    if (token !== undefined) {
      workspace.tokens.adopt(token);
      changes.issuedToken = token;
    }
    return { registration, body, token };
  } finally {
    state.isAnswerLost = isAnswerLost();
    release();
  }
}

const PROXY_STATUSES = new Set([502, 504]);

/** The platform itself never answers so: a proxy in front of it did not receive the platform's answer. */
function isLostBehindProxy({ status }: HttpResponse, progress: Progress): boolean {
  return PROXY_STATUSES.has(status) && progress.tokens.length === 0;
}

function classifyRegistration(response: HttpResponse, refused: RefusedRegistration): Result<JsonRecord> {
  if (!isSuccess(response.status)) return fail(classifyRefusal(response, refused));
  const body = readJsonObject(response, "the registration");
  if (!body.ok) return body;
  try {
    issuedToken(body.value);
    return body;
  } catch {
    const summary = "The platform answered the registration with a token that no header can hold";
    return fail({ ...responseFacts(response), code: "bad_response", summary });
  }
}

/** The new token in the answer: absent, null and empty all mean that there is none. Throws for a malformed one. */
function issuedToken({ auth_token: token }: JsonRecord): string | undefined {
  return token ? checkToken(token, "the token in the platform's answer") : undefined;
}
