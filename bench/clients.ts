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

/** The clients that are here, after those of `bench/compare` were installed. */
export async function findClients(): Promise<Clients> {
  const names = Object.keys(FILES) as ClientName[];
  const reason = await installCompared();
  if (reason === undefined) return { names, note: undefined };
  const isHere = (name: ClientName) => !FILES[name].startsWith("../compare/");
  return { names: names.filter(isHere), note: `axios and ky are left out: ${reason}` };
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
