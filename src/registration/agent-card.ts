import { invalidArgument } from "../errors";
import { isRecord } from "../text/json";

/** What an agent can do, in one line for others. */
export interface AgentSkill {
  id?: string;
  name: string;
  description?: string;
  tags?: readonly string[];
  examples?: readonly string[];
  [field: string]: unknown;
}

/** How an agent describes itself. Stored and handed out as it is. */
export interface AgentCard {
  name: string;
  description?: string;
  version?: string;
  url?: string;
  skills?: readonly AgentSkill[];
  [field: string]: unknown;
}

/**
 * A copy of the card as JSON holds it, so that what is sent, now and later, is what was checked. `name` is how the
 * error of a wrong one calls it.
 */
export function checkAgentCard(card: unknown, name: string): AgentCard {
  if (!isRecord(card) || typeof card.name !== "string") {
    throw invalidArgument(`Expected ${name} to be an agent card: an object with a \`name\`.`);
  }
  try {
    return JSON.parse(JSON.stringify(card));
  } catch {
    throw invalidArgument(`Expected ${name} to be what JSON can hold.`);
  }
}
