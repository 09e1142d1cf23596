import { displayName } from "../peers/display-name";
import type { PeerRecord } from "../peers/record";
import { isRecord, parseJson } from "../text/json";
import { sanitizeLine, sanitizeName } from "../text/sanitize";

const MAX_SKILLS = 8;

/** A peer on one line for a model. What the peer wrote is cleaned: it neither ends the line nor looks like a field. */
export function formatPeer(peer: PeerRecord): string {
  const facts = [
    `workspace_id: ${peer.id}`,
    field("role", peer.role),
    field("status", peer.status),
    field("skills", readSkills(peer.agent_card).join(", ")),
    field("via", peer.via),
  ].filter((fact) => fact !== "");
  const name = displayName(peer);
  return `- ${name === peer.id ? "(no name)" : name} (${facts.join("; ")})`;
}

/** Field and value, `""` where there is no value. */
export function field(name: string, value: unknown): string {
  const text =
    typeof value === "number" ? String(value) : typeof value === "string" ? sanitizeLine(value) : "";
  return text === "" ? "" : `${name}: ${text.slice(0, 300)}`;
}

/** Names of the skills of an agent card, which the platform may give as text. */
function readSkills(card: unknown): string[] {
  const parsed = typeof card === "string" ? parseJson(card) : { ok: true as const, value: card };
  if (!parsed.ok || !isRecord(parsed.value) || !Array.isArray(parsed.value.skills)) return [];
  const names = parsed.value.skills.map((skill: unknown) => {
    if (typeof skill === "string") return sanitizeName(skill);
    if (!isRecord(skill)) return "";
    return [skill.name, skill.id]
      .map((text) => (typeof text === "string" ? sanitizeName(text) : ""))
      .find(Boolean);
  });
  return names.filter((name): name is string => name !== undefined && name !== "").slice(0, MAX_SKILLS);
}
