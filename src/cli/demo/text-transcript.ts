import { styleText } from "node:util";
import type { FilePart } from "a2a-peers";
import { wrap } from "../wrap";
import type { DemoEvent } from "./events";
import { createProgressLine } from "./progress-line";
import type { Sink, Transcript } from "./sink";

type Style = Parameters<typeof styleText>[0];
type EventOf<Type extends DemoEvent["type"]> = Extract<DemoEvent, { type: Type }>;

const INDENT = "   ";
const NAME_WIDTH = 15;
const TEXT_INDENT = INDENT + " ".repeat(NAME_WIDTH);
const PLATFORM = "Platform";
const MAX_WIDTH = 92;

/** A transcript for people: the messages, and the outcome of each scene. */
export function textTranscript(sink: Sink): Transcript {
  const width = Math.min(Math.max(sink.columns || MAX_WIDTH, 50), MAX_WIDTH);
  const colours = sink.isTTY === true && !process.env.NO_COLOR;
  const progress = createProgressLine(sink);

  const paint = (style: Style | undefined, text: string) =>
    colours && style !== undefined ? styleText(style, text, { validateStream: false }) : text;
  const line = (text = "") => sink.write(`${text}\n`);

  /** Prints a name once, with the text in a column beside it. */
  function printAs(name: string, text: string, style?: Style): void {
    for (const [index, part] of wrap(text, width - TEXT_INDENT.length).entries()) {
      line(`${INDENT}${paint("bold", (index === 0 ? name : "").padEnd(NAME_WIDTH))}${paint(style, part)}`);
    }
  }

  function result(text: string, style: Style = "green"): void {
    line(`${INDENT}${paint(style, `→ ${text}`)}`);
  }

  /** Prints a text unchanged, behind a bar. */
  function quote(label: string, text: string): void {
    line();
    for (const part of wrap(label, width - INDENT.length)) line(`${INDENT}${part}`);
    for (const part of wrap(text, width - INDENT.length - 2)) line(`${INDENT}${paint("dim", `│ ${part}`)}`);
  }

  const renderers: { [Type in DemoEvent["type"]]: (event: EventOf<Type>) => void } = {
    "demo.started": ({ platform, workspace, agents }) => {
      line(paint("bold", "a2a-peers: a workspace finds its peers, sends them messages and delegates a task"));
      line();
      printAs("Platform", `${platform} (embedded, the real protocol)`);
      printAs("Workspace", `${workspace}, the client's own`);
      const names = column(agents.map(({ name }) => name));
      printAs(
        "Real agents",
        agents.map(({ name, url, builtWith }) => `${names(name)}${url} (${builtWith})`).join("\n"),
      );
    },
    "scene.started": ({ number, title }) => {
      line();
      line(paint(["bold", "cyan"], `${number}. ${title}`));
    },
    "push.received": ({ from, known }) => {
      if (known) result(`the second push: from ${from}`);
      else printAs("Inbox", `a push is received from ${from}\nits name is fetched in the background`);
    },
    "peers.listed": ({ peers, elapsedMs }) => {
      const names = column(peers.map(({ name }) => name ?? ""));
      const roles = column(peers.map(({ role }) => role ?? ""));
      for (const { name = "", role, status } of peers) {
        line(`${INDENT}${paint("bold", names(name))}${roles(role ?? "")}${status ?? ""}`);
      }
      result(`${peers.length} peers in ${duration(elapsedMs)}`);
    },
    "peer.discovered": ({ peer, elapsedMs }) => {
      printAs(peer.name ?? "", `${peer.url ?? ""}\nid ${peer.id}`);
      result(`found in ${duration(elapsedMs)}`);
    },
    "message.sent": ({ from, to, text }) => {
      printAs(from, `to ${to}: ${text}`);
      progress.countUp(`${TEXT_INDENT}waiting for ${to}`);
    },
    "attempt.failed": ({ attempt, code, status, delivery, retryInMs }) => {
      const answer = status === null ? "no answer" : `HTTP ${status}`;
      const facts = `attempt ${attempt} failed: ${code} (${answer}, ${delivery}), `;
      printAs(attempt === 1 ? PLATFORM : "", `${facts}again in ${duration(retryInMs)}`, "yellow");
      progress.countDown(`${TEXT_INDENT}attempt ${attempt + 1}`, retryInMs);
    },
    answered: ({ from, kind, text, files, attempts, elapsedMs }) => {
      printAs(from, [text, ...files.map(fileLine)].join("\n"));
      result(outcome(kind, attempts, elapsedMs));
    },
    refused: ({ code, message, attempts, elapsedMs }) => {
      printAs(PLATFORM, message, "yellow");
      result(outcome(code, attempts, elapsedMs));
    },
    "tool.answered": ({ tool, text }) => {
      quote(`What the ${tool} tool returns to the model:`, text);
    },
    "work.delegated": ({ from, to, task, delegationId }) => {
      printAs(from, `delegates to ${to}: ${task}`);
      printAs(PLATFORM, `accepts it as delegation ${delegationId}`);
    },
    "heartbeat.beating": ({ beats }) => {
      printAs("Heartbeat", beats === 1 ? "1 beat so far" : `${beats} beats so far`);
      progress.countUp(`${TEXT_INDENT}waiting for the result`);
    },
    "result.delivered": ({ beat }) => printAs("", `beat ${beat} delivers the result`),
    "agent.woken": ({ agent, text }) => {
      quote(`The wake-up message for the agent of ${agent}, from its own runtime:`, opening(text));
      line();
    },
    "result.read": ({ from, status, text }) => printAs("Results", `${status}, from ${from}:\n${text}`),
    "result.acknowledged": ({ left, elapsedMs }) => {
      result(`delivered after ${duration(elapsedMs)}, acknowledged, ${left} left to read`);
    },
    "agent.started": ({ agent, pid }) => {
      printAs(agent, `starts as process ${pid}`);
      progress.countUp(`${TEXT_INDENT}fetching its messages`);
    },
    "agent.working": ({ attempt }) => printAs("", `works on the question, attempt ${attempt}`),
    "agent.killed": ({ signal }) => printAs("", `is killed (${signal})`, "yellow"),
    "human.wrote": ({ to, text }) => {
      printAs("Human", `to ${to}: ${text}`);
      progress.countUp(`${TEXT_INDENT}waiting for ${to}`);
    },
    "human.answered": ({ from, text, elapsedMs }) => {
      printAs(from, text);
      result(`the human is answered after ${duration(elapsedMs)}`);
    },
    "scene.ended": () => {},
    surprise: ({ reason }) => {
      for (const part of wrap(`Surprise: ${reason}`, width - INDENT.length)) {
        line(INDENT + paint("red", part));
      }
    },
    "demo.ended": ({ summary, surprises }) => {
      line();
      line(paint(["bold", surprises === 0 ? "green" : "red"], summary));
    },
  };

  function emit(event: DemoEvent): void {
    progress.stop();
    // There is one renderer for each type, which TypeScript cannot infer through a union.
    (renderers[event.type] as (event: DemoEvent) => void)(event);
  }

  return { emit, close: progress.stop };
}

function outcome(what: string, attempts: number, elapsedMs: number): string {
  return `${what} after ${attempts === 1 ? "1 attempt" : `${attempts} attempts`}, ${duration(elapsedMs)}`;
}

/** The first paragraph, with an ellipsis when there are more. */
function opening(text: string): string {
  const [first = "", ...more] = text.split("\n\n");
  return more.length === 0 ? first : `${first}\n…`;
}

function fileLine({ name, mimeType, uri, bytes }: FilePart): string {
  const where = bytes === undefined ? uri : `${Buffer.byteLength(bytes, "base64")} bytes, inline`;
  return `file ${name ?? "without a name"} (${mimeType ?? "unknown type"}, ${where})`;
}

/** Pads every text of a column to the longest one and two spaces. */
function column(texts: readonly string[]): (text: string) => string {
  const longest = Math.max(...texts.map(({ length }) => length), 0);
  return (text) => text.padEnd(longest + 2);
}

function duration(ms: number): string {
  return ms < 100 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}
