import assert from "node:assert/strict";
import { delegateTask, displayName, type SendOutcome, settle } from "a2a-peers";
import { createHeartbeat, type HeartbeatEvent } from "a2a-peers/heartbeat";
import type { TestWorkspace } from "a2a-peers/testing";
import { askAgentThatIsKilled } from "./polling-scene";
import { REPORT_SUMMARY } from "./running-agent";
import type { Scene, SceneContext } from "./scene";
import { temporaryFolder } from "./temporary-folder";
import { waitUntil } from "./wait-until";

export const SCENES: readonly Scene[] = [
  { id: "pushes", title: "Who sent me a message?", expected: "named", run: receivePushes },
  { id: "peers", title: "Who can I talk to?", expected: "listed", run: listPeers },
  { id: "discover", title: "Where is one of them?", expected: "discovered", run: discoverOne },
  { id: "question", title: "A question, a plain answer", expected: "reply", run: askQuestion },
  { id: "task", title: "A task, with artifacts", expected: "reply", run: giveTask },
  { id: "restarting", title: "A peer that is restarting", expected: "reply", run: askWhileRestarting },
  { id: "busy", title: "A peer that is busy", expected: "queued", run: askWhileBusy },
  { id: "stranger", title: "A peer I may not talk to", expected: "access_denied", run: askStranger },
  {
    id: "home",
    title: "A delegated task, its result delivered",
    expected: "completed",
    run: delegateAndReceive,
  },
  {
    id: "killed",
    title: "Two agents without an address, one of which is killed",
    expected: "reply",
    run: askAgentThatIsKilled,
  },
];

/** An inbox shows a push immediately, without waiting for the sender's name: the second push has it. */
async function receivePushes({ client, emit, researchLead }: SceneContext): Promise<string> {
  const push = () => {
    const record = client.enricher.get(researchLead.id);
    const from = record === null ? researchLead.id : displayName(record);
    emit({ type: "push.received", from, known: record !== null });
    return record;
  };
  assert.equal(push(), null, "the sender should be unknown at first");
  await client.enricher.settled();
  return push() === null ? "unknown" : "named";
}

async function listPeers({ client, emit }: SceneContext): Promise<string> {
  const { result, elapsedMs } = await timed(client.listPeers());
  assert.equal(result.diagnostic, null, result.diagnostic?.message);
  emit({ type: "peers.listed", peers: result.peers, elapsedMs });
  assert.equal(result.peers.length, 2, "both agents should be listed, and nobody else");
  return "listed";
}

async function discoverOne({ client, emit, reportWriter }: SceneContext): Promise<string> {
  const { result, elapsedMs } = await timed(client.discoverPeer(reportWriter.id));
  emit({ type: "peer.discovered", peer: result, elapsedMs });
  return "discovered";
}

async function askQuestion(context: SceneContext): Promise<string> {
  const outcome = await converse(context, context.researchLead, "When was the first RFC written?");
  assert.equal(outcome.attempts, 1, "one attempt should do");
  return outcome.kind;
}

async function giveTask(context: SceneContext): Promise<string> {
  const outcome = await converse(context, context.reportWriter, "Write a one-page report about it.");
  assert.equal(outcome.kind, "reply", "the finished task should be a reply");
  assert.equal(outcome.files.length, 1, "the file among the artifacts should be listed");
  return outcome.kind;
}

async function askWhileRestarting(context: SceneContext): Promise<string> {
  const { platform, researchLead } = context;
  const body = { error: "workspace agent unreachable — container restart triggered", restarting: true };
  platform.fail(`POST /workspaces/${researchLead.id}/a2a`, { status: 503, body }, { times: 2 });
  const outcome = await converse(context, researchLead, "Who wrote it?");
  assert.equal(outcome.attempts, 3, "the third attempt should get through");
  return outcome.kind;
}

async function askWhileBusy(context: SceneContext): Promise<string> {
  const { platform, reportWriter } = context;
  const body = {
    queued: true,
    queue_id: crypto.randomUUID(),
    queue_depth: 3,
    message: "workspace agent busy — request queued, will dispatch when capacity available",
  };
  platform.fail(`POST /workspaces/${reportWriter.id}/a2a`, { status: 202, body }, { times: 1 });
  const outcome = await converse(context, reportWriter, "And a version for children, please.");
  assert.equal(outcome.attempts, 1, "what is queued should not be sent again");
  return outcome.kind;
}

async function askStranger(context: SceneContext): Promise<string> {
  const { client, payroll, emit } = context;
  const question = "What does an editor earn?";
  emit({ type: "message.sent", from: context.editor.name, to: payroll.name, text: question });
  const sent = await settle(client.sendA2AMessage(payroll.id, question));
  assert(!sent.ok, "a stranger should not be reached");
  const { code, message, attempts, elapsedMs } = sent.error;
  emit({ type: "refused", code, message, attempts, elapsedMs });
  emit({
    type: "tool.answered",
    tool: "delegate_task",
    text: await delegateTask(client, payroll.id, question),
  });
  return code;
}

/** Delegates a task, sends a message meanwhile, and receives the result from the heartbeat. */
async function delegateAndReceive(context: SceneContext): Promise<string> {
  const { client, editor, researchLead, reportWriter, emit } = context;
  // The editor needs an agent of its own to receive the wake-up message.
  editor.setReply(() => "I am looking at it.");
  await using folder = await temporaryFolder();
  const events: HeartbeatEvent[] = [];
  const indexOfEvent = (type: HeartbeatEvent["type"]) => events.findIndex((event) => event.type === type);
  await using heartbeat = createHeartbeat(client, {
    // Short enough for a demo; the default is 30 seconds.
    intervalMs: 250,
    stateDir: folder.path,
    // The environment may name a file with real results.
    delegations: { resultsFile: folder.file("results.jsonl") },
    onEvent: (event) => events.push(event),
  });
  heartbeat.start();

  const startedAt = performance.now();
  const task = "One page on RFC 1, for newcomers.";
  const { delegationId, status } = await client.delegate(reportWriter.id, task);
  emit({ type: "work.delegated", from: editor.name, to: reportWriter.name, task, delegationId, status });
  await converse(context, researchLead, "What does RFC stand for?");

  emit({ type: "heartbeat.beating", beats: countBeats(events) });
  await waitUntil(
    "the agent should receive a wake-up message",
    () => indexOfEvent("delegations.announced") >= 0,
  );
  emit({
    type: "result.delivered",
    beat: countBeats(events.slice(0, indexOfEvent("delegations.delivered"))),
  });
  const message = editor.received.at(-1);
  assert.equal(message?.from, editor.id, "the wake-up message should be from its own workspace");
  emit({ type: "agent.woken", agent: editor.name, text: message.text });

  const [result, ...others] = await heartbeat.results.read();
  assert(result !== undefined && others.length === 0, "there should be one unread result");
  assert.equal(result.delegation_id, delegationId, "it should be that of the delegated task");
  assert.equal(result.response_preview, REPORT_SUMMARY, "it should be what the writer returned");
  const from = client.peerName(result.target_id) ?? result.target_id;
  emit({ type: "result.read", from, delegationId, status: result.status, text: result.response_preview });

  await heartbeat.results.acknowledge([delegationId]);
  const left = (await heartbeat.results.read()).length;
  emit({ type: "result.acknowledged", left, elapsedMs: Math.round(performance.now() - startedAt) });
  assert.equal(left, 0, "what is acknowledged should not be read again");
  return result.status;
}

function countBeats(events: readonly HeartbeatEvent[]): number {
  return events.filter(({ type }) => type === "heartbeat.sent").length;
}

/** Sends `text` and emits the outcome. */
async function converse(context: SceneContext, to: TestWorkspace, text: string): Promise<SendOutcome> {
  const { client, emit, editor } = context;
  emit({ type: "message.sent", from: editor.name, to: to.name, text });
  const outcome = await client.sendA2AMessage(to.id, text);
  const files = outcome.kind === "reply" ? outcome.files : [];
  const { kind, attempts, elapsedMs } = outcome;
  const from = kind === "queued" ? "Platform" : to.name;
  emit({ type: "answered", from, kind, text: outcome.text, files, attempts, elapsedMs });
  return outcome;
}

async function timed<T>(promise: Promise<T>): Promise<{ result: T; elapsedMs: number }> {
  const startedAt = performance.now();
  const result = await promise;
  return { result, elapsedMs: Math.round(performance.now() - startedAt) };
}
