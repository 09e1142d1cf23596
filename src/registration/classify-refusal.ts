import { classifyStatus } from "../transport/request/classify-status";
import { parseErrorBody } from "../transport/request/error-body";
import type { Failure } from "../transport/request/result";
import type { HttpResponse } from "../transport/response";
import { adviceForUrl, type UrlProblem } from "./agent-url";

/** What explains the refusal of a registration. */
export interface RefusedRegistration {
  /** The registered URL; empty when there was none. */
  readonly url: string;
  /** The problem that a self-hosted platform, the strictest kind, has with the URL. */
  readonly urlProblem: UrlProblem | undefined;
  /** An earlier registration may have been given a token in an answer that was lost. */
  readonly isAnswerLost: boolean;
}

/** The failure of a registration that the platform refused. */
export function classifyRefusal(response: HttpResponse, refused: RefusedRegistration): Failure {
  const general = classifyStatus(response, "the registration");
  const summary = redactUrl(general.summary, refused.url);
  if (response.status === 400) return { ...general, summary, advice: adviceForRefusedUrl(response, refused) };
  if (response.status === 401)
    return { ...general, summary, advice: adviceForRefusedToken(response, refused) };
  return { ...general, summary, retryable: general.retryable || response.status === 500 };
}

const TOKEN_LOST =
  "Probably an earlier attempt brought the token, which is shown only once, and its answer was lost: an operator has to issue a new one (canvas → Tokens tab).";
const TOKEN_NOT_GIVEN = "The workspace has a token already, and none was found here: give it to this client.";
const TOKEN_NOT_VALID = "The token may be revoked, or belong to another workspace.";
const ISSUE_NEW_TOKEN = "An operator can issue a new one (canvas → Tokens tab).";

function adviceForRefusedToken(response: HttpResponse, { isAnswerLost }: RefusedRegistration): string {
  if (isAnswerLost) return TOKEN_LOST;
  return `${parseErrorBody(response).error.startsWith("missing") ? TOKEN_NOT_GIVEN : TOKEN_NOT_VALID} ${ISSUE_NEW_TOKEN}`;
}

const NO_POLL_MODE =
  "A platform that knows no poll mode answers so to a registration without a `url`: give one that it can reach.";
const URL_REFUSED =
  "Earlier versions of the platform say this of a `url` they refuse, which is the likely cause here";
const NO_PROBLEM_FOUND =
  "Nothing known here speaks against this one, but the platform may find its host elsewhere than this machine does.";

function adviceForRefusedUrl(
  response: HttpResponse,
  { url, urlProblem }: RefusedRegistration,
): string | undefined {
  const { error } = parseErrorBody(response);
  if (error === "invalid request body") {
    if (url === "") return NO_POLL_MODE;
    if (urlProblem === undefined)
      return `${URL_REFUSED}. ${NO_PROBLEM_FOUND} ${adviceForUrl({ kind: "other" })}`;
    return `${URL_REFUSED}: ${urlProblem.reason}. ${adviceForUrl(urlProblem)}`;
  }
  return /^(url|hostname) /.test(error) && url !== ""
    ? adviceForUrl(urlProblem ?? { kind: "other" })
    : undefined;
}

// Anything shorter is hardly a secret, and would match inside ordinary words.
const MIN_SECRET_LENGTH = 4;

/** Redacts the URL in a text of the platform, in any form: it may hold a secret, and the text goes into logs. */
function redactUrl(text: string, url: string): string {
  return quotableParts(url)
    .flatMap((part) => [part, decoded(part), decoded(part.replaceAll("+", " "))])
    .filter((part) => part.length >= MIN_SECRET_LENGTH)
    .sort((a, b) => b.length - a.length)
    .reduce((safe, part) => safe.replaceAll(part, "[redacted]"), text);
}

const USER_INFO = /^[a-z]+:\/\/([^/?#]*)@/i;

/** The URL and each part of it that a platform may quote alone. */
function quotableParts(url: string): string[] {
  const [whole = "", fragment = ""] = splitAt(url, "#");
  const [, query = ""] = splitAt(whole, "?");
  const userInfo = USER_INFO.exec(url)?.[1] ?? "";
  // A pair without `=` is all value.
  const values = query.split(/[&;]/).map((pair) => pair.slice(pair.indexOf("=") + 1));
  return [url, whole, fragment, query, ...values, userInfo, ...splitAt(userInfo, ":")];
}

function splitAt(text: string, mark: string): string[] {
  const at = text.indexOf(mark);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
