import type { A2AClient, A2AClientOptions } from "a2a-peers";
import type { Library } from "./faults/library";
import { OWN_ID, TOKEN } from "./ids";

/** A client of the built package, with one workspace. */
export const openClient = (
  { main }: Library,
  platformUrl: string,
  options: A2AClientOptions = {},
): A2AClient => main.createA2AClient({ platformUrl, workspaceId: OWN_ID, token: TOKEN, ...options });
