import { classifyStatus } from "../transport/request/classify-status";
import { parseErrorBody } from "../transport/request/error-body";
import type { Failure } from "../transport/request/result";
import type { HttpResponse } from "../transport/response";
import { adviceForUrl, type UrlProblem } from "./agent-url";

/** What is known of a registration that was refused. */
export interface RefusedRegistration {
  /** Empty when there was none. */
  readonly url: string;
  /** What the strictest platform objects to. */
  readonly urlProblem: UrlProblem | undefined;
  /** An earlier one without a token may have brought one that nobody has heard of. */
  readonly isAnswerLost: boolean;
}

/** Why the platform did not take a registration. */
export function classifyRefusal(answer: HttpResponse, refused: RefusedRegistration): Failure {
  const general = classifyStatus(answer, "the registration");
  const summary = withoutUrl(general.summary, refused.url);
  if (answer.status === 400) return { ...general, summary, advice: adviceOnUrl(answer, refused) };
  if (answer.status === 401) return { ...general, summary, advice: adviceOnToken(answer, refused) };
  return { ...general, summary, retryable: general.retryable || answer.status === 500 };
}

const LOST =
  "Probably an earlier attempt brought the token, which is shown only once, and its answer was lost: an operator has to issue a new one (canvas → Tokens tab).";
const NOT_SHOWN = "The workspace has a token already, and none was found here: give it to this client.";
const NOT_VALID = "The token may be revoked, or belong to another workspace.";
const NEW_ONE = "An operator can issue a new one (canvas → Tokens tab).";

function adviceOnToken(answer: HttpResponse, { isAnswerLost }: RefusedRegistration): string {
  if (isAnswerLost) return LOST;
  return `${parseErrorBody(answer).error.startsWith("missing") ? NOT_SHOWN : NOT_VALID} ${NEW_ONE}`;
}

const TOO_OLD =
  "A platform that knows no poll mode answers so to a registration without a `url`: give one that it can reach.";
const LIKELY_CAUSE =
  "Earlier versions of the platform say this of a `url` they refuse, which is the likely cause here";
const NOT_KNOWN =
  "Nothing known here speaks against this one, but the platform may find its host elsewhere than this machine does.";

function adviceOnUrl(
  answer: HttpResponse,
  { url, urlProblem: strictly }: RefusedRegistration,
): string | undefined {
  const { error } = parseErrorBody(answer);
  if (error === "invalid request body") {
    if (url === "") return TOO_OLD;
    if (strictly === undefined) return `${LIKELY_CAUSE}. ${NOT_KNOWN} ${adviceForUrl({ kind: "other" })}`;
    return `${LIKELY_CAUSE}: ${strictly.reason}. ${adviceForUrl(strictly)}`;
  }
  return /^(url|hostname) /.test(error) && url !== ""
    ? adviceForUrl(strictly ?? { kind: "other" })
    : undefined;
}

// What is shorter is no secret, and would be found inside ordinary words.
const SHORTEST_SECRET = 4;

/** A platform that quotes the URL, in whatever form, must not bring what is secret in it into a log. */
function withoutUrl(text: string, url: string): string {
  return partsOf(url)
    .flatMap((part) => [part, decoded(part), decoded(part.replaceAll("+", " "))])
    .filter((part) => part.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length)
    .reduce((safe, part) => safe.replaceAll(part, "[redacted]"), text);
}

const USER_INFO = /^[a-z]+:\/\/([^/?#]*)@/i;

/** The URL, and what of it may be quoted alone. */
function partsOf(url: string): string[] {
  const [whole = "", fragment = ""] = splitAt(url, "#");
  const [, query = ""] = splitAt(whole, "?");
  const userInfo = USER_INFO.exec(url)?.[1] ?? "";
  // Of a pair without a name the value is all there is.
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
