import { createA2AClient } from "a2a-peers";
import { startPlatform } from "a2a-peers/testing";
import { countEvents } from "./counters";
import type { Emit } from "./events";
import { emitRetries } from "./retries";
import type { DemoAgents } from "./running-agent";
import type { Scene, SceneContext } from "./scene";

/** Starts platform and agents, runs the scenes and stops everything. Resolves to whether all went as expected. */
export async function runDemo(
  scenes: readonly Scene[],
  { builtWith, startResearchLead, startReportWriter }: DemoAgents,
  listener: Emit,
): Promise<boolean> {
  const startedAt = performance.now();
  const { emit, counters } = countEvents(listener);

  await using platform = await startPlatform();
  const editor = platform.addWorkspace({ name: "Editor" });
  await using researchLead = await startResearchLead(platform, editor.id);
  await using reportWriter = await startReportWriter(platform, editor.id);
  await using client = createA2AClient({
    platformUrl: platform.url,
    workspaceId: editor.id,
    token: editor.token,
    // Short enough for a demo, long enough to be visible.
    retry: { baseDelayMs: 400 },
    onEvent: emitRetries(emit),
  });
  const context: SceneContext = {
    platform,
    client,
    editor,
    researchLead: researchLead.workspace,
    reportWriter: reportWriter.workspace,
    payroll: platform.addWorkspace({ name: "Payroll", parentId: crypto.randomUUID() }),
    emit,
  };

  const agents = [researchLead, reportWriter].map(({ workspace, url }) => ({
    name: workspace.name,
    url,
    builtWith,
  }));
  emit({ type: "demo.started", platform: platform.url, workspace: editor.name, agents });
  for (const [index, scene] of scenes.entries()) await runScene(context, scene, index + 1);

  const { agentsFound, conversations, resultsHome, surprises } = counters;
  const summary = [
    `${count(agentsFound, "real agent")} found`,
    count(conversations, "conversation"),
    `${count(resultsHome, "result")} delivered`,
    count(surprises, "surprise"),
  ];
  const elapsedMs = elapsedSince(startedAt);
  emit({ type: "demo.ended", ...counters, elapsedMs, summary: `${summary.join(", ")}.` });
  return surprises === 0;
}

/** Runs one scene. An unexpected outcome is reported as a surprise, and the demo continues. */
async function runScene(context: SceneContext, scene: Scene, number: number): Promise<void> {
  const { emit } = context;
  const startedAt = performance.now();
  emit({ type: "scene.started", scene: scene.id, number, title: scene.title });
  let outcome = "failed";
  try {
    outcome = await scene.run(context);
    if (outcome !== scene.expected) throw new Error(`expected ${scene.expected}, got ${outcome}`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    emit({ type: "surprise", scene: scene.id, reason });
  }
  emit({ type: "scene.ended", scene: scene.id, outcome, elapsedMs: elapsedSince(startedAt) });
}

function elapsedSince(startedAt: number): number {
  return Math.round(performance.now() - startedAt);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
