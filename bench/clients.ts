import { installCompared } from "./compared";
import { type Program, startProgram } from "./program";

/** What is compared: the name in the tables, and the file that a program imports. */
const FILES = {
  "a2a-peers": "./clients/a2a-peers.mjs",
  "node:http": "./clients/node-http.mjs",
  fetch: "./clients/fetch.mjs",
  ofetch: "./clients/ofetch.mjs",
  "@a2a-js/sdk": "./clients/a2a-js-sdk.mjs",
  axios: "../compare/axios.mjs",
  ky: "../compare/ky.mjs",
} as const;

export type ClientName = keyof typeof FILES;

export interface Clients {
  readonly names: readonly ClientName[];
  /** Says which clients are left out, and why. */
  readonly note: string | undefined;
}

/**
 * The clients that are here, after those of `bench/compare` were installed.
 *
 * @param chosen names of those that are wanted. @default all
 */
export async function findClients(chosen?: readonly string[]): Promise<Clients> {
  const known = Object.keys(FILES) as ClientName[];
  const unknown = chosen?.find((name) => !Object.hasOwn(FILES, name));
  if (unknown !== undefined) throw new Error(`Unknown client \`${unknown}\`, known are ${known.join(", ")}`);
  const names = known.filter((name) => chosen?.includes(name) ?? true);
  const isCompared = (name: ClientName) => FILES[name].startsWith("../compare/");
  const compared = names.filter(isCompared);
  const reason = compared.length === 0 ? undefined : await installCompared();
  if (reason === undefined) return { names, note: undefined };
  const note = `${compared.join(" and ")} left out: ${reason}`;
  return { names: names.filter((name) => !isCompared(name)), note };
}

/** Starts a program with a client as its first argument. */
export function startWithClient<Ready, Question extends object, Answer>(
  program: string,
  name: ClientName,
  folder: string,
  ...args: readonly string[]
): Promise<Program<Ready, Question, Answer>> {
  return startProgram(program, [FILES[name], ...args], folder);
}
