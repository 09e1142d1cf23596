import { type A2AError, invalidArgument } from "../errors";

const unknownSources = new WeakSet<object>();

/** True for the error of a workspace that the lookup does not know: the caller has named a wrong one. */
export const isUnknownSource = (error: object): boolean => unknownSources.has(error);

/** The error of a workspace for which the lookup has no credentials. */
export function unknownSourceError(id: string): A2AError {
  const error = invalidArgument(
    `Unknown \`source\` '${id}': the function \`workspaces\` of this client has no credentials for it.`,
  );
  unknownSources.add(error);
  return error;
}
