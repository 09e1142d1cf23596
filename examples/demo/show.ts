import { createA2AClient } from "a2a-peers";
import { startPlatform } from "a2a-peers/testing";
import { type RunningAgent, startReportWriter, startResearchLead } from "./agents";
import { tellRetries } from "./retries";
import type { Scene, Stage } from "./scenes";
import { keepScore } from "./score";
import type { Tell } from "./story";

/** Builds the stage, plays the scenes on it and takes it down again. Resolves to whether all went as expected. */
export async function playShow(scenes: readonly Scene[], listener: Tell): Promise<boolean> {
  const startedAt = performance.now();
  const { tell, score } = keepScore(listener);

  await using platform = await startPlatform();
  await using researchLead = await startResearchLead();
  await using reportWriter = await startReportWriter();

  const editor = platform.addWorkspace({ name: "Editor" });
  const join = ({ name, role, url }: RunningAgent) =>
    platform.addWorkspace({ name, role, url, parentId: editor.id });
  await using client = createA2AClient({
    platformUrl: platform.url,
    workspaceId: editor.id,
    token: editor.token,
    // Short enough for a demo, long enough to be seen.
    retry: { baseDelayMs: 400 },
    onEvent: tellRetries(tell),
  });
  const stage: Stage = {
    platform,
    client,
    editor,
    researchLead: join(researchLead),
    reportWriter: join(reportWriter),
    payroll: platform.addWorkspace({ name: "Payroll", parentId: crypto.randomUUID() }),
    tell,
  };

  const agents = [researchLead, reportWriter].map(({ name, url }) => ({ name, url }));
  tell({ type: "demo.started", platform: platform.url, workspace: editor.name, agents });
  for (const [index, scene] of scenes.entries()) await playScene(stage, scene, index + 1);

  const { agentsFound, conversations, resultsHome, surprises } = score;
  const summary = [
    `${count(agentsFound, "real agent")} found`,
    count(conversations, "conversation"),
    `${count(resultsHome, "result")} brought home`,
    count(surprises, "surprise"),
  ];
  const elapsedMs = msSince(startedAt);
  tell({ type: "demo.ended", ...score, elapsedMs, summary: `${summary.join(", ")}.` });
  return surprises === 0;
}

/** Plays one scene. Whatever goes another way than expected is a surprise, and the show goes on. */
async function playScene(stage: Stage, scene: Scene, number: number): Promise<void> {
  const { tell } = stage;
  const startedAt = performance.now();
  tell({ type: "scene.started", scene: scene.id, number, title: scene.title });
  let outcome = "failed";
  try {
    outcome = await scene.play(stage);
    if (outcome !== scene.expected) throw new Error(`expected ${scene.expected}, got ${outcome}`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    tell({ type: "surprise", scene: scene.id, reason });
  }
  tell({ type: "scene.ended", scene: scene.id, outcome, elapsedMs: msSince(startedAt) });
}

function msSince(startedAt: number): number {
  return Math.round(performance.now() - startedAt);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
