import type { A2AClient } from "a2a-peers";
import type { TestPlatform, TestWorkspace } from "a2a-peers/testing";
import type { Emit } from "./events";

/** What every scene may use. */
export interface SceneContext {
  platform: TestPlatform;
  client: A2AClient;
  /** The client's own workspace. */
  editor: TestWorkspace;
  researchLead: TestWorkspace;
  reportWriter: TestWorkspace;
  /** A workspace of another team. */
  payroll: TestWorkspace;
  emit: Emit;
}

export interface Scene {
  id: string;
  title: string;
  /** The result of `run` when all goes as expected. */
  expected: string;
  run(context: SceneContext): Promise<string>;
}
