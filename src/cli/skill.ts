import type { AgentSkill } from "a2a-peers";

/** A skill of an agent card that is known by its name alone. */
export const createSkill = (name: string): AgentSkill => ({ id: toId(name), name });

const toId = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");
