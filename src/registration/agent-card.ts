import { invalidArgument } from "../errors";
import { isRecord } from "../text/json";
import { serializeJson } from "../text/serialize-json";

/** One thing an agent can do. */
export interface AgentSkill {
  /** Identifier of the skill. */
  id?: string;
  /** Short name for people and models. */
  name: string;
  /** What the skill does, and when to use it. */
  description?: string;
  /** Words to find it by. */
  tags?: readonly string[];
  /** Requests that it can answer. */
  examples?: readonly string[];
  [field: string]: unknown;
}

/** The description of an agent. The platform stores it unchanged and shows it to peers. */
export interface AgentCard {
  /** Name of the agent, which peers see. */
  name: string;
  /** What the agent is for. */
  description?: string;
  /** Version of the agent, in a form of its own. */
  version?: string;
  /** URL of the agent. Informative: {@link Registration.url} is where the platform reaches it. */
  url?: string;
  /** What the agent can do. */
  skills?: readonly AgentSkill[];
  [field: string]: unknown;
}

/**
 * Returns a copy of the card, so that what is sent later is what was checked, without NUL and lone surrogates, which
 * the platform cannot store. Throws `invalid_argument`, which calls
 * the card `name`.
 */
export function checkAgentCard(card: unknown, name: string): AgentCard {
  if (!isRecord(card) || typeof card.name !== "string") {
    throw invalidArgument(`Expected ${name} to be an agent card: an object with a \`name\`.`);
  }
  try {
    return JSON.parse(serializeJson(card));
  } catch {
    throw invalidArgument(`Expected ${name} to be what JSON can hold.`);
  }
}
