import assert from "node:assert/strict";
import { type A2AClient, delegateTask, displayName, type SendOutcome, settle } from "a2a-peers";
import { createHeartbeat, type HeartbeatEvent } from "a2a-peers/heartbeat";
import type { TestPlatform, TestWorkspace } from "a2a-peers/testing";
import { REPORT_SUMMARY } from "./agents";
import { soon } from "./soon";
import type { Tell } from "./story";
import { temporaryFolder } from "./temporary-folder";

/** Who and what the scenes play with. */
export interface Stage {
  platform: TestPlatform;
  client: A2AClient;
  /** The workspace the client speaks for. */
  editor: TestWorkspace;
  researchLead: TestWorkspace;
  reportWriter: TestWorkspace;
  /** A workspace of another team. */
  payroll: TestWorkspace;
  tell: Tell;
}

export interface Scene {
  id: string;
  title: string;
  /** What `play` resolves to when nothing surprises. */
  expected: string;
  play(stage: Stage): Promise<string>;
}

export const SCENES: readonly Scene[] = [
  { id: "pushes", title: "Who is writing to me?", expected: "named", play: receivePushes },
  { id: "peers", title: "Who can I talk to?", expected: "listed", play: listPeers },
  { id: "discover", title: "Where is one of them?", expected: "discovered", play: discoverOne },
  { id: "question", title: "A question, a plain answer", expected: "reply", play: askQuestion },
  { id: "task", title: "A task, with artifacts", expected: "reply", play: giveTask },
  { id: "restarting", title: "A peer that is restarting", expected: "reply", play: askWhileRestarting },
  { id: "busy", title: "A peer that is busy", expected: "queued", play: askWhileBusy },
  { id: "stranger", title: "A peer I may not talk to", expected: "access_denied", play: askStranger },
  { id: "home", title: "Work that comes home by itself", expected: "completed", play: bringHome },
];

/** An inbox shows a push at once, so it never waits for the sender's name: the second push has it. */
async function receivePushes({ client, tell, researchLead }: Stage): Promise<string> {
  const push = () => {
    const record = client.enricher.get(researchLead.id);
    const from = record === null ? researchLead.id : displayName(record);
    tell({ type: "push.received", from, known: record !== null });
    return record;
  };
  assert.equal(push(), null, "nobody has told the client about the sender yet");
  await client.enricher.settled();
  return push() === null ? "unknown" : "named";
}

async function listPeers({ client, tell }: Stage): Promise<string> {
  const { result, elapsedMs } = await timed(client.listPeers());
  assert.equal(result.diagnostic, null, result.diagnostic?.message);
  tell({ type: "peers.listed", peers: result.peers, elapsedMs });
  assert.equal(result.peers.length, 2, "both agents should be listed, and nobody else");
  return "listed";
}

async function discoverOne({ client, tell, reportWriter }: Stage): Promise<string> {
  const { result, elapsedMs } = await timed(client.discoverPeer(reportWriter.id));
  tell({ type: "peer.discovered", peer: result, elapsedMs });
  return "discovered";
}

async function askQuestion(stage: Stage): Promise<string> {
  const outcome = await converse(stage, stage.researchLead, "When was the first RFC written?");
  assert.equal(outcome.attempts, 1, "one attempt should do");
  return outcome.kind;
}

async function giveTask(stage: Stage): Promise<string> {
  const outcome = await converse(stage, stage.reportWriter, "Write a one-page report about it.");
  assert.equal(outcome.kind, "reply", "the finished task should be a reply");
  assert.equal(outcome.files.length, 1, "the file among the artifacts should be listed");
  return outcome.kind;
}

async function askWhileRestarting(stage: Stage): Promise<string> {
  const { platform, researchLead } = stage;
  const body = { error: "workspace agent unreachable — container restart triggered", restarting: true };
  platform.fail(`POST /workspaces/${researchLead.id}/a2a`, { status: 503, body }, { times: 2 });
  const outcome = await converse(stage, researchLead, "Who wrote it?");
  assert.equal(outcome.attempts, 3, "the third attempt should get through");
  return outcome.kind;
}

async function askWhileBusy(stage: Stage): Promise<string> {
  const { platform, reportWriter } = stage;
  const body = {
    queued: true,
    queue_id: crypto.randomUUID(),
    queue_depth: 3,
    message: "workspace agent busy — message queued until it has capacity",
  };
  platform.fail(`POST /workspaces/${reportWriter.id}/a2a`, { status: 202, body }, { times: 1 });
  const outcome = await converse(stage, reportWriter, "And a version for children, please.");
  assert.equal(outcome.attempts, 1, "what is queued should not be sent again");
  return outcome.kind;
}

async function askStranger(stage: Stage): Promise<string> {
  const { client, payroll, tell } = stage;
  const question = "What does an editor earn?";
  tell({ type: "message.sent", from: stage.editor.name, to: payroll.name, text: question });
  const sent = await settle(client.sendA2AMessage(payroll.id, question));
  assert(!sent.ok, "a stranger should not be reached");
  const { code, message, attempts, elapsedMs } = sent.error;
  tell({ type: "refused", code, message, attempts, elapsedMs });
  tell({
    type: "tool.answered",
    tool: "delegate_task",
    text: await delegateTask(client, payroll.id, question),
  });
  return code;
}

/** Work is handed out, other things go on, and the heartbeat brings the result. */
async function bringHome(stage: Stage): Promise<string> {
  const { client, editor, researchLead, reportWriter, tell } = stage;
  // From here on the editor has an agent of its own, which can be woken.
  editor.setReply(() => "I am looking at it.");
  await using folder = await temporaryFolder();
  const events: HeartbeatEvent[] = [];
  const heard = (type: HeartbeatEvent["type"]) => events.findIndex((event) => event.type === type);
  await using heartbeat = createHeartbeat(client, {
    // Short enough for a demo, as with retries; every 30 seconds is the rule.
    intervalMs: 250,
    stateDir: folder.path,
    // The environment may name a file where the results of real work wait.
    delegations: { resultsFile: folder.file("results.jsonl") },
    onEvent: (event) => events.push(event),
  });
  heartbeat.start();

  const startedAt = performance.now();
  const task = "One page on RFC 1, for newcomers.";
  const { delegationId, status } = await client.delegate(reportWriter.id, task);
  tell({ type: "work.delegated", from: editor.name, to: reportWriter.name, task, delegationId, status });
  await converse(stage, researchLead, "What does RFC stand for?");

  tell({ type: "heartbeat.beating", beats: beatsAmong(events) });
  await soon("the agent should be told of the result", () => heard("delegations.announced") >= 0);
  tell({ type: "result.delivered", beat: beatsAmong(events.slice(0, heard("delegations.delivered"))) });
  const message = editor.received.at(-1);
  assert.equal(message?.from, editor.id, "the agent should be woken by its own runtime");
  tell({ type: "agent.woken", agent: editor.name, text: message.text });

  const [result, ...others] = await heartbeat.results.read();
  assert(result !== undefined && others.length === 0, "one result should wait to be read");
  assert.equal(result.delegation_id, delegationId, "it should be that of the work handed out");
  assert.equal(result.response_preview, REPORT_SUMMARY, "it should be what the writer wrote");
  const from = client.peerName(result.target_id) ?? result.target_id;
  tell({ type: "result.read", from, delegationId, status: result.status, text: result.response_preview });

  await heartbeat.results.acknowledge([delegationId]);
  const left = (await heartbeat.results.read()).length;
  tell({ type: "result.acknowledged", left, elapsedMs: Math.round(performance.now() - startedAt) });
  assert.equal(left, 0, "what is acknowledged should not be read again");
  return result.status;
}

function beatsAmong(events: readonly HeartbeatEvent[]): number {
  return events.filter(({ type }) => type === "heartbeat.sent").length;
}

/** Sends `text` and tells what came back. */
async function converse(stage: Stage, to: TestWorkspace, text: string): Promise<SendOutcome> {
  const { client, tell, editor } = stage;
  tell({ type: "message.sent", from: editor.name, to: to.name, text });
  const outcome = await client.sendA2AMessage(to.id, text);
  const files = outcome.kind === "reply" ? outcome.files : [];
  const { kind, attempts, elapsedMs } = outcome;
  const from = kind === "queued" ? "Platform" : to.name;
  tell({ type: "answered", from, kind, text: outcome.text, files, attempts, elapsedMs });
  return outcome;
}

async function timed<T>(promise: Promise<T>): Promise<{ result: T; elapsedMs: number }> {
  const startedAt = performance.now();
  const result = await promise;
  return { result, elapsedMs: Math.round(performance.now() - startedAt) };
}
