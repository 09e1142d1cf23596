import type { FilePart, PeerRecord, SendOutcome } from "a2a-peers";

/** Every event of the demo. A transcript prints them as text or JSON. */
export type DemoEvent =
  | {
      type: "demo.started";
      platform: string;
      workspace: string;
      agents: readonly { name: string; url: string; builtWith: string }[];
    }
  | { type: "scene.started"; scene: string; number: number; title: string }
  | {
      /** A message was received; `from` is what the inbox shows immediately. */
      type: "push.received";
      from: string;
      /** False while only the id is known. */
      known: boolean;
    }
  | { type: "peers.listed"; peers: readonly PeerRecord[]; elapsedMs: number }
  | { type: "peer.discovered"; peer: PeerRecord; elapsedMs: number }
  | { type: "message.sent"; from: string; to: string; text: string }
  | {
      type: "attempt.failed";
      attempt: number;
      code: string;
      status: number | null;
      delivery: string;
      /** The wait before the next attempt. */
      retryInMs: number;
    }
  | {
      type: "answered";
      from: string;
      kind: SendOutcome["kind"];
      text: string;
      files: readonly FilePart[];
      attempts: number;
      elapsedMs: number;
    }
  | {
      type: "refused";
      code: string;
      message: string;
      attempts: number;
      elapsedMs: number;
    }
  | { type: "tool.answered"; tool: string; text: string }
  | { type: "work.delegated"; from: string; to: string; task: string; delegationId: string; status: string }
  | {
      type: "heartbeat.beating";
      /** Beats accepted so far. */
      beats: number;
    }
  | {
      type: "result.delivered";
      /** The beat during which the result was found, from 1. */
      beat: number;
    }
  | { type: "agent.woken"; agent: string; text: string }
  | { type: "result.read"; from: string; delegationId: string; status: string; text: string }
  | {
      type: "result.acknowledged";
      /** Unread results. */
      left: number;
      /** Since the task was delegated. */
      elapsedMs: number;
    }
  | { type: "agent.started"; agent: string; pid: number | undefined }
  | {
      /** An agent begins to work on a message. */
      type: "agent.working";
      agent: string;
      /** 1 when the message is handed over for the first time. */
      attempt: number;
    }
  | { type: "agent.killed"; agent: string; signal: NodeJS.Signals }
  | { type: "human.wrote"; to: string; text: string }
  | { type: "human.answered"; from: string; text: string; elapsedMs: number }
  | { type: "scene.ended"; scene: string; outcome: string; elapsedMs: number }
  | { type: "surprise"; scene: string; reason: string }
  | {
      type: "demo.ended";
      agentsFound: number;
      conversations: number;
      resultsHome: number;
      surprises: number;
      elapsedMs: number;
      summary: string;
    };

export type Emit = (event: DemoEvent) => void;
