import { A2AError, configurationError } from "../errors";
import type { Clock } from "../transport/clock";
import { readSecretFile } from "./private-file";

/**
 * Gives the bearer token of a workspace, or `undefined` when there is none (yet). Asked when a token is first
 * needed; its answer is kept until the platform refuses it with a 401, then asked once more.
 */
export type TokenSource = () => string | undefined | Promise<string | undefined>;

const LONGEST_TOKEN = 4096;
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/** Checks a token without ever repeating it: a bad one would otherwise end up in the message that rejects it. */
export function checkToken(value: unknown, name: string): string {
  if (typeof value !== "string") {
    throw configurationError(`Expected ${name} to be a string, got a value of type ${typeof value}.`);
  }
  const token = value.trim();
  if (token === "") throw configurationError(`Expected ${name} to be a token, got an empty string.`);
  if (token.length > LONGEST_TOKEN) {
    throw configurationError(`Expected ${name} to have at most ${LONGEST_TOKEN} characters.`);
  }
  if (!VISIBLE_ASCII.test(token)) {
    throw configurationError(
      `Expected ${name} to hold visible ASCII characters only; it has a control character, a space or another character that cannot stand in an HTTP header. Its value is not shown.`,
    );
  }
  return token;
}

/**
 * A {@link TokenSource} that reads a file with one token in it, so that a rotated token is picked up without a
 * restart. White space around the token is ignored; a missing or empty file means that there is no token.
 */
export function fileToken(path: string): TokenSource {
  return tokenFrom(() => readSecretFile(path), path);
}

/** A token source over whatever reads a file; `path` is how errors name it. */
export function tokenFrom(read: () => Promise<string | undefined>, path: string): TokenSource {
  return async () => {
    let text: string | undefined;
    try {
      text = await read();
    } catch (error) {
      const { code, message } = error as { code?: unknown; message?: unknown };
      throw configurationError(`The token file ${path} cannot be read (${String(code ?? message)}).`);
    }
    return text === undefined ? undefined : checkToken(text, `the content of ${path}`);
  };
}

/** Holds one workspace's token: asks its source when needed, and one question at a time. */
export interface TokenHolder {
  /** The token, at once when it is known. */
  get(): string | undefined | Promise<string | undefined>;
  /**
   * Asks the source again after `refused` was refused. Answers a token other than that one, or `undefined`
   * when the source has no better one; the old one is kept in that case.
   */
  refresh(refused: string | undefined): Promise<string | undefined>;
  /** Uses `token` from now on: the platform has just issued it. */
  adopt(token: string): void;
}

/** A source that hangs is given up after this, in milliseconds, so that the next question has a chance. */
const LONGEST_ANSWER_MS = 5000;

// One question at a time for all clients of the process that share a source.
const questions = new WeakMap<TokenSource, Promise<string | undefined>>();

export function createTokenHolder(
  source: TokenSource | undefined,
  name: string,
  clock: Clock,
  onRefreshed: () => void,
): TokenHolder {
  let known: { token: string | undefined } | undefined = source ? undefined : { token: undefined };

  async function ask(asked: TokenSource): Promise<string | undefined> {
    let answer: unknown;
    try {
      answer = await withinReason(asked());
    } catch (error) {
      if (error instanceof A2AError) throw error;
      // The source's own words may hold the secret; its kind is all that is repeated.
      const kind = error instanceof Error ? error.name : typeof error;
      throw configurationError(`The token source of ${name} failed (${kind}).`);
    }
    if (answer === undefined || answer === null || answer === "") return undefined;
    if (typeof answer === "string" && answer.trim() === "") return undefined;
    return checkToken(answer, `the answer of the token source of ${name}`);
  }

  async function withinReason(answer: unknown): Promise<unknown> {
    if (!(answer instanceof Promise)) return answer;
    let stopTimer: (() => void) | undefined;
    const late = new Promise<never>((_, reject) => {
      stopTimer = clock.setTimer(
        () =>
          reject(
            configurationError(`The token source of ${name} gave no answer within ${LONGEST_ANSWER_MS} ms.`),
          ),
        LONGEST_ANSWER_MS,
        true,
      );
    });
    return Promise.race([answer, late]).finally(() => stopTimer?.());
  }

  /** One question for all that wait for its answer. */
  function askOnce(): Promise<string | undefined> {
    if (source === undefined) return Promise.resolve(undefined);
    const open = questions.get(source);
    if (open !== undefined) return open;
    const question = ask(source).finally(() => questions.delete(source));
    questions.set(source, question);
    return question;
  }

  return {
    get() {
      if (known !== undefined) return known.token;
      return askOnce().then((token) => {
        known ??= { token };
        return known.token;
      });
    },
    async refresh(refused) {
      // Another call may have brought the better token already.
      if (known !== undefined && known.token !== refused) return known.token;
      const answer = await askOnce();
      if (answer === undefined || answer === refused) return undefined;
      if (known?.token !== answer) {
        known = { token: answer };
        onRefreshed();
      }
      return answer;
    },
    adopt(token) {
      known = { token };
    },
  };
}
