import { configurationError } from "../errors";
import { readPrivateFile } from "../storage/private-file";
import { isQuoted } from "../text/format";

/**
 * Returns the bearer token of a workspace, or `undefined` when there is none (yet). Called when a token is first
 * needed; the token is kept until the platform refuses it with a 401, then the source is called once more. When it
 * returns no other token then, the one that an earlier registration stored is tried.
 */
export type TokenSource = () => string | undefined | Promise<string | undefined>;

const MAX_TOKEN_LENGTH = 4096;
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/**
 * Returns the token without the white space around it. Throws `configuration` for what is no token; the message never
 * contains the value.
 */
export function checkToken(value: unknown, name: string): string {
  if (typeof value !== "string") {
    throw configurationError(`Expected ${name} to be a string, got a value of type ${typeof value}.`);
  }
  const token = value.trim();
  if (token === "") throw configurationError(`Expected ${name} to be a token, got an empty string.`);
  if (token.length > MAX_TOKEN_LENGTH) {
    throw configurationError(`Expected ${name} to have at most ${MAX_TOKEN_LENGTH} characters.`);
  }
  const mistake = describeMistake(token);
  if (mistake !== undefined) {
    throw configurationError(`Expected ${name} to be the token alone; ${mistake}. Its value is not shown.`);
  }
  if (!VISIBLE_ASCII.test(token)) {
    throw configurationError(
      `Expected ${name} to hold visible ASCII characters only; it has a control character, a space or another character that cannot stand in an HTTP header. Its value is not shown.`,
    );
  }
  return token;
}

/** A usual mistake and its mend; `undefined` where it is none of them. */
function describeMistake(token: string): string | undefined {
  if (/^bearer\s/i.test(token))
    return "it begins with 'Bearer ', which the client adds itself: leave that out";
  if (isQuoted(token)) return "it is in quotation marks, which have to go";
  // Read as UTF-8, every other byte of ASCII in UTF-16 is a NUL, and its byte order mark is no character.
  if (/^\ufffd{2}|^[\x21-\x7e]\0|^\0[\x21-\x7e]/.test(token))
    return "it is UTF-16: save it as UTF-8 or ASCII";
  return undefined;
}

/**
 * A {@link TokenSource} that reads the token from a file, so that a rotated token is picked up without a restart.
 * White space around the token is ignored; a missing or empty file means that there is no token.
 */
export function fileToken(path: string): TokenSource {
  return createTokenSource(
    () => readPrivateFile(path),
    () => path,
  );
}

/** A token source over a function that reads a file; errors name the file by `getPath`. */
export function createTokenSource(
  read: () => Promise<string | undefined>,
  getPath: () => string,
): TokenSource {
  return async () => {
    let text: string | undefined;
    try {
      text = await read();
    } catch (error) {
      const { code, message } = error as { code?: unknown; message?: unknown };
      throw configurationError(`The token file ${getPath()} cannot be read (${String(code ?? message)}).`);
    }
    return text === undefined ? undefined : checkToken(text, `the content of ${getPath()}`);
  };
}
