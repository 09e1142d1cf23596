import { A2AError, configurationError } from "../errors";
import type { Clock } from "../runtime/clock";
import { readPrivateFile } from "../storage/private-file";

/**
 * Gives the bearer token of a workspace, or `undefined` when there is none (yet). Asked when a token is first
 * needed; its answer is kept until the platform refuses it with a 401, then asked once more. When it knows no other
 * then, the token that an earlier registration stored is tried.
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
  return createTokenSource(
    () => readPrivateFile(path),
    () => path,
  );
}

/** A token source over whatever reads a file; `pathOf` tells how errors name it. */
export function createTokenSource(
  read: () => Promise<string | undefined>,
  pathOf: () => string,
): TokenSource {
  return async () => {
    let text: string | undefined;
    try {
      text = await read();
    } catch (error) {
      const { code, message } = error as { code?: unknown; message?: unknown };
      throw configurationError(`The token file ${pathOf()} cannot be read (${String(code ?? message)}).`);
    }
    return text === undefined ? undefined : checkToken(text, `the content of ${pathOf()}`);
  };
}

/** Where the token of a workspace may be. */
export interface TokenLocations {
  /** Asked in turn when a token is needed: the first answer counts. */
  readonly sources: readonly TokenSource[];
  /** Asked besides once a token was refused, or its lack. That it fails is not told: nobody asked for it. */
  readonly fallback?: TokenSource | undefined;
}

/** Holds one workspace's token: asks its sources when needed, and one question at a time. */
export interface TokenHolder {
  /** The token, at once when it is known. */
  get(): string | undefined | Promise<string | undefined>;
  /**
   * Looks for a better token after `refused` was refused. Answers one that was not refused before, or `undefined`
   * when there is none.
   */
  refresh(refused: string | undefined): Promise<string | undefined>;
  /** Uses `token` from now on: the platform has just issued it, which it only does where all others are void. */
  adopt(token: string): void;
}

/** A source that hangs is given up after this, in milliseconds, so that the next question has a chance. */
const LONGEST_ANSWER_MS = 5000;

/** More than there are places; a source that makes up new ones must not fill the memory. */
const REMEMBERED_REFUSALS = 16;

// One question at a time for all clients of the process that share a source.
const questions = new WeakMap<TokenSource, Promise<string | undefined>>();

export function createTokenHolder(
  { sources, fallback }: TokenLocations,
  name: string,
  clock: Clock,
  onRefreshed: () => void,
): TokenHolder {
  let known: { token: string | undefined } | undefined =
    sources.length === 0 ? { token: undefined } : undefined;
  let issued: string | undefined;
  let opening: Promise<string | undefined> | undefined;
  const refusals = new Set<string>();
  const voided = new Set<string>();

  async function ask(source: TokenSource): Promise<string | undefined> {
    let answer: unknown;
    try {
      answer = await withinReason(source());
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
  function askOnce(source: TokenSource): Promise<string | undefined> {
    const open = questions.get(source);
    if (open !== undefined) return open;
    const question = ask(source).finally(() => questions.delete(source));
    questions.set(source, question);
    return question;
  }

  async function firstAnswer(): Promise<string | undefined> {
    for (const source of sources) {
      const answer = await askOnce(source);
      if (answer !== undefined) return answer;
    }
    return undefined;
  }

  async function askFallback(): Promise<string | undefined> {
    return fallback && askOnce(fallback).catch(() => undefined);
  }

  function noteRefusal(token: string): void {
    refusals.delete(token);
    refusals.add(token);
    const [oldest] = refusals;
    if (oldest !== undefined && refusals.size > REMEMBERED_REFUSALS) refusals.delete(oldest);
  }

  /** Whether another call has brought a token worth trying meanwhile. */
  function isReplaced(refused: string | undefined): boolean {
    const token = known?.token;
    return token !== undefined && token !== refused && !refusals.has(token);
  }

  return {
    get() {
      if (known !== undefined) return known.token;
      opening ??= firstAnswer().finally(() => {
        opening = undefined;
      });
      return opening.then((token) => {
        known ??= { token };
        return known.token;
      });
    },
    async refresh(refused) {
      if (refused !== undefined) noteRefusal(refused);
      if (isReplaced(refused)) return known?.token;
      let trouble: unknown;
      const noteTrouble = (error: unknown) => {
        trouble ??= error;
        return undefined;
      };
      const places = [
        async () => issued,
        ...sources.map((source) => () => askOnce(source).catch(noteTrouble)),
        // The trouble with a source explains more than what else may be wrong.
        async () => (trouble === undefined ? askFallback() : undefined),
      ];
      const found = new Set<string>();
      for (const place of places) {
        const answer = await place();
        if (isReplaced(refused)) return known?.token;
        if (answer === undefined || voided.has(answer)) continue;
        if (!refusals.has(answer)) {
          known = { token: answer };
          onRefreshed();
          return answer;
        }
        found.add(answer);
      }
      // Of those that were all refused the next call takes the next: one refusal may have been a mistake.
      const rest = [...found];
      const next = refused === undefined ? undefined : rest[(rest.indexOf(refused) + 1) % rest.length];
      if (next !== undefined) known = { token: next };
      if (trouble !== undefined) throw trouble;
      return undefined;
    },
    adopt(token) {
      for (const old of [known?.token, ...refusals]) {
        if (old !== undefined && old !== token) voided.add(old);
      }
      refusals.clear();
      issued = token;
      known = { token };
    },
  };
}
