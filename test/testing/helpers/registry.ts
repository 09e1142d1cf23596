import type { TestPlatform } from "../../../src/testing/index";
import { type Answer, call } from "./exchange";

/** The sender of a request to the registry: a workspace, or any id. */
interface Sender {
  id: string;
  token?: string | null;
}

/** Sends a heartbeat; `fields` are added to the body. */
export function beat(platform: TestPlatform, { id, token }: Sender, fields: object = {}): Promise<Answer> {
  return post(platform, "/registry/heartbeat", token, { workspace_id: id, ...fields });
}

/** Registers an agent; `fields` replace those of the body. */
export function register(
  platform: TestPlatform,
  { id, token }: Sender,
  fields: object = {},
): Promise<Answer> {
  const defaults = { id, url: "http://127.0.0.1:40123", agent_card: { name: "agent" } };
  return post(platform, "/registry/register", token, { ...defaults, ...fields });
}

/** Replaces the agent card. */
export function updateCard(platform: TestPlatform, { id, token }: Sender, card: unknown): Promise<Answer> {
  return post(platform, "/registry/update-card", token, { workspace_id: id, agent_card: card });
}

function post(
  platform: TestPlatform,
  path: string,
  token: string | null | undefined,
  body: unknown,
): Promise<Answer> {
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  return call(platform.url + path, { method: "POST", headers, body });
}
