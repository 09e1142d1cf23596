import type { TestPlatform } from "../../../src/testing/index";
import { type Answer, call } from "./exchange";

/** Who speaks to the registry: a workspace, or anybody with an id. */
interface Speaker {
  id: string;
  token?: string | null;
}

/** One heartbeat with the fields in `said`. */
export function beat(platform: TestPlatform, { id, token }: Speaker, said: object = {}): Promise<Answer> {
  return post(platform, "/registry/heartbeat", token, { workspace_id: id, ...said });
}

/** A registration with the fields in `said`. */
export function register(platform: TestPlatform, { id, token }: Speaker, said: object = {}): Promise<Answer> {
  const usual = { id, url: "http://127.0.0.1:40123", agent_card: { name: "agent" } };
  return post(platform, "/registry/register", token, { ...usual, ...said });
}

/** Replaces the agent card. */
export function updateCard(platform: TestPlatform, { id, token }: Speaker, card: unknown): Promise<Answer> {
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
