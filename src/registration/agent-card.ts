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
