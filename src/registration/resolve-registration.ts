import { invalidArgument } from "../errors";
import { quote } from "../text/format";
import { isRecord } from "../text/json";
import { type AgentCard, checkAgentCard } from "./agent-card";

/** What a workspace registers with the platform. */
export interface Registration {
  /**
   * Where the platform reaches the agent: `http` or `https`, at an address the platform may call. `localhost` works
   * only with a platform in development mode. Without a `url` the agent fetches its messages.
   */
  url?: string | undefined;
  /** How the agent describes itself to peers; at least a `name`. */
  agentCard: AgentCard;
  /** @default "push" with a url, "poll" without */
  deliveryMode?: "push" | "poll" | undefined;
}

/** A checked and complete registration; a copy, so that later changes of the caller's object do not reach it. */
export interface ResolvedRegistration extends Registration {
  url: string;
  deliveryMode: "push" | "poll";
}

/** Throws `invalid_argument`, naming what is wrong. The URL is not checked here. */
export function resolveRegistration(given: Registration): ResolvedRegistration {
  if (!isRecord(given))
    throw invalidArgument(`Expected a registration to be an object, got ${quote(given)}.`);
  const agentCard = checkAgentCard(given.agentCard, "`agentCard`");
  const deliveryMode = given.deliveryMode ?? (given.url === undefined ? "poll" : "push");
  if (deliveryMode !== "push" && deliveryMode !== "poll") {
    throw invalidArgument(`Expected \`deliveryMode\` to be 'push' or 'poll', got ${quote(deliveryMode)}.`);
  }
  if (given.url !== undefined && typeof given.url !== "string") {
    throw invalidArgument(`Expected \`url\` to be text, got ${quote(given.url)}.`);
  }
  const url = (given.url ?? "").trim();
  if (deliveryMode === "push" && url === "") {
    throw invalidArgument(
      "Expected `url` for the delivery mode 'push': the platform has to reach the agent.",
    );
  }
  return { url, agentCard, deliveryMode };
}
