import { isObject } from "../json";
import type { PlatformVersion } from "../state";
import type { DeliveryMode } from "../workspace";
import { hasShape, isText } from "./shape";

/** What an agent says of itself when it registers. */
export interface Registration {
  readonly id: string;
  readonly url: string;
  readonly agentCard: unknown;
  /** Empty when it was not stated. */
  readonly deliveryMode: string;
}

interface WireRegistration {
  id?: string | null;
  url?: string | null;
  agent_card?: unknown;
  delivery_mode?: string | null;
}

/** Reads a registration; undefined for a body that the platform cannot read. */
export function readRegistration(body: unknown, version: PlatformVersion): Registration | undefined {
  if (!isWireRegistration(body, version) || !body.id || !Object.hasOwn(body, "agent_card")) return undefined;
  const { id, url, agent_card: agentCard, delivery_mode: deliveryMode } = body;
  if (version === "2026-05") return { id, url: url ?? "", agentCard, deliveryMode: deliveryMode ?? "" };
  // Before there was a choice every agent had to have a URL.
  return url ? { id, url, agentCard, deliveryMode: "" } : undefined;
}

function isWireRegistration(body: unknown, version: PlatformVersion): body is WireRegistration {
  const shape = { id: isText, url: isText, ...(version === "2026-05" && { delivery_mode: isText }) };
  return isObject(body) && hasShape(body, shape);
}

export function isDeliveryMode(text: string): text is DeliveryMode {
  return text === "push" || text === "poll";
}
