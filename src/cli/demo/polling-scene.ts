import assert from "node:assert/strict";
import { createA2AClient, type SendOutcome } from "a2a-peers";
import { createInbox } from "a2a-peers/inbox";
import type { TestWorkspace } from "a2a-peers/testing";
import { type AgentProcess, startArchivist } from "./agent-process";
import type { SceneContext } from "./scene";
import { temporaryFolder } from "./temporary-folder";
import { waitUntil } from "./wait-until";

/** What the parts of the scene share. */
interface PollingContext extends SceneContext {
  /** Asks. */
  reporter: TestWorkspace;
  /** Answers, in a child process. */
  archivist: TestWorkspace;
  stateDir: string;
}

/**
 * Two agents without an address fetch their messages. One asks; the other is killed while it works, starts again and
 * answers once. Then the human writes to it.
 */
export async function askAgentThatIsKilled(context: SceneContext): Promise<string> {
  const { platform, editor } = context;
  const options = { parentId: editor.id, deliveryMode: "poll" } as const;
  const reporter = platform.addWorkspace({ name: "Reporter", ...options });
  const archivist = platform.addWorkspace({ name: "Archivist", ...options });
  await using folder = await temporaryFolder();
  const polling = { ...context, reporter, archivist, stateDir: folder.path };

  const startedAt = performance.now();
  const [{ kind, text, attempts }, archivistProcess] = await Promise.all([
    ask(polling),
    killAndRestart(polling),
  ]);
  await using _process = archivistProcess;
  const elapsedMs = Math.round(performance.now() - startedAt);
  context.emit({ type: "answered", from: archivist.name, kind, text, files: [], attempts, elapsedMs });
  assert.equal(reporter.received.length, 1, "the question should be answered once");

  await writeAsHuman(polling);
  return kind;
}

async function ask({ platform, emit, reporter, archivist, stateDir }: PollingContext): Promise<SendOutcome> {
  const { id, token } = reporter;
  await using client = createA2AClient({ platformUrl: platform.url, workspaceId: id, token });
  await using inbox = createInbox(client, { stateDir, pollIntervalMs: 100, idleIntervalMs: 100 });
  const text = "When was the first RFC written?";
  emit({ type: "message.sent", from: reporter.name, to: archivist.name, text });
  return await inbox.ask(archivist.id, text, { answerWithinMs: 60_000 });
}

/** Kills the archivist during its first attempt, and resolves during the second one. */
async function killAndRestart(context: PollingContext): Promise<AgentProcess> {
  const { emit, archivist, reporter } = context;
  const killed = await startWorking(context, 1);
  await killed.kill();
  emit({ type: "agent.killed", agent: archivist.name, signal: "SIGKILL" });
  assert.equal(reporter.received.length, 0, "it should be killed before it answers");
  return startWorking(context, 2);
}

async function startWorking(context: PollingContext, expectedAttempt: number): Promise<AgentProcess> {
  const { platform, emit, archivist, stateDir } = context;
  const agent = startArchivist(platform, archivist, stateDir);
  emit({ type: "agent.started", agent: archivist.name, pid: agent.pid });
  try {
    const { attempt } = await agent.workStarted();
    emit({ type: "agent.working", agent: archivist.name, attempt });
    assert.equal(attempt, expectedAttempt, "each attempt should be counted");
  } catch (error) {
    await agent.kill();
    throw error;
  }
  return agent;
}

async function writeAsHuman({ emit, archivist }: PollingContext): Promise<void> {
  const startedAt = performance.now();
  const text = "Where is it kept?";
  emit({ type: "human.wrote", to: archivist.name, text });
  archivist.writeAsHuman(text);
  await waitUntil("the human should be answered", () => archivist.notifications.length > 0);
  const [answer = ""] = archivist.notifications;
  const elapsedMs = Math.round(performance.now() - startedAt);
  emit({ type: "human.answered", from: archivist.name, text: answer, elapsedMs });
}
