import { invalidArgument } from "../errors";
import { quote } from "../text/format";
import { checkOptionNames, type OptionNames } from "../validation/option-names";
import { type CallOptions, checkCallOptions } from "../validation/options";

/** Options of {@link A2AClient.request}. */
export interface RequestOptions extends CallOptions {
  /** Parameters behind the `?` of the path; those that are `undefined` are left out. */
  query?: Readonly<Record<string, string | number | undefined>> | undefined;
  /** Sent as JSON; none with `undefined`. A `GET` or `HEAD` has none. */
  body?: unknown;
  /**
   * True for a `POST` or `PATCH` that does no harm when it is carried out twice: it is repeated after any transient
   * failure, as `GET`, `HEAD`, `PUT` and `DELETE` always are. @default false
   */
  idempotent?: boolean | undefined;
}

const NAMES: OptionNames<RequestOptions> = {
  source: true, signal: true, timeoutMs: true, query: true, body: true, idempotent: true,
}; // biome-ignore format: one list

/** Returns the options of a request, all but `source`, `query` and `body` checked. Throws `invalid_argument`. */
export function checkRequestOptions(given: RequestOptions | undefined): Partial<RequestOptions> {
  const options = checkCallOptions(given);
  checkOptionNames(options, NAMES, invalidArgument);
  if (options.idempotent !== undefined && typeof options.idempotent !== "boolean") {
    throw invalidArgument(`Expected \`idempotent\` to be true or false, got ${quote(options.idempotent)}.`);
  }
  return options;
}
