import { styleText } from "node:util";
import type { FilePart } from "a2a-peers";
import { liveLine } from "./live-line";
import type { StoryEvent } from "./story";
import type { Sink, Transcript } from "./transcript";

type Style = Parameters<typeof styleText>[0];
type EventOf<Type extends StoryEvent["type"]> = Extract<StoryEvent, { type: Type }>;

const INDENT = "   ";
const WHO = 15;
const BESIDE = INDENT + " ".repeat(WHO);
const PLATFORM = "Platform";
const WIDEST = 92;

/** A transcript people read: who said what to whom, and under each scene what came of it. */
export function textTranscript(sink: Sink): Transcript {
  const width = Math.min(Math.max(sink.columns || WIDEST, 50), WIDEST);
  const colours = sink.isTTY === true && !process.env.NO_COLOR;
  const live = liveLine(sink);

  const paint = (style: Style | undefined, text: string) =>
    colours && style !== undefined ? styleText(style, text, { validateStream: false }) : text;
  const line = (text = "") => sink.write(`${text}\n`);

  /** One speaker's lines: the name once, the text beside it. */
  function say(who: string, text: string, style?: Style): void {
    for (const [index, part] of wrap(text, width - BESIDE.length).entries()) {
      line(`${INDENT}${paint("bold", (index === 0 ? who : "").padEnd(WHO))}${paint(style, part)}`);
    }
  }

  function result(text: string, style: Style = "green"): void {
    line(`${INDENT}${paint(style, `→ ${text}`)}`);
  }

  /** What somebody reads, as it stands. */
  function quote(label: string, text: string): void {
    line();
    for (const part of wrap(label, width - INDENT.length)) line(`${INDENT}${part}`);
    for (const part of wrap(text, width - INDENT.length - 2)) line(`${INDENT}${paint("dim", `│ ${part}`)}`);
  }

  const narrators: { [Type in StoryEvent["type"]]: (event: EventOf<Type>) => void } = {
    "demo.started": ({ platform, workspace, agents }) => {
      line(paint("bold", "a2a-peers: a workspace finds its peers and talks to them"));
      line();
      say("Platform", `${platform} (embedded, the real protocol)`);
      say("Workspace", `${workspace}, which the client speaks for`);
      const names = column(agents.map(({ name }) => name));
      say("Real agents", agents.map(({ name, url }) => `${names(name)}${url} (official A2A SDK)`).join("\n"));
    },
    "scene.started": ({ number, title }) => {
      line();
      line(paint(["bold", "cyan"], `${number}. ${title}`));
    },
    "push.received": ({ from, known }) => {
      if (known) result(`the second push: from ${from}`);
      else say("Inbox", `a push comes in, from ${from}\nits name is fetched meanwhile`);
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
      say(peer.name ?? "", `${peer.url ?? ""}\nid ${peer.id}`);
      result(`found in ${duration(elapsedMs)}`);
    },
    "message.sent": ({ from, to, text }) => {
      say(from, `to ${to}: ${text}`);
      live.countUp(`${BESIDE}waiting for ${to}`);
    },
    "attempt.failed": ({ attempt, code, status, delivery, retryInMs }) => {
      const answer = status === null ? "no answer" : `HTTP ${status}`;
      const facts = `attempt ${attempt} failed: ${code} (${answer}, ${delivery}), `;
      say(attempt === 1 ? PLATFORM : "", `${facts}again in ${duration(retryInMs)}`, "yellow");
      live.countDown(`${BESIDE}attempt ${attempt + 1}`, retryInMs);
    },
    answered: ({ from, kind, text, files, attempts, elapsedMs }) => {
      say(from, [text, ...files.map(fileLine)].join("\n"));
      result(outcome(kind, attempts, elapsedMs));
    },
    refused: ({ code, message, attempts, elapsedMs }) => {
      say(PLATFORM, message, "yellow");
      result(outcome(code, attempts, elapsedMs));
    },
    "tool.answered": ({ tool, text }) => {
      quote(`What the model reads when its ${tool} tool meets this:`, text);
    },
    "work.delegated": ({ from, to, task, delegationId }) => {
      say(from, `hands to ${to}: ${task}`);
      say(PLATFORM, `keeps it as delegation ${delegationId}`);
    },
    "heartbeat.beating": ({ beats }) => {
      say("Heartbeat", beats === 1 ? "1 beat meanwhile" : `${beats} beats meanwhile`);
      live.countUp(`${BESIDE}waiting for the result`);
    },
    "result.delivered": ({ beat }) => say("", `beat ${beat} brings the result home`),
    "agent.woken": ({ agent, text }) => {
      quote(`What wakes the agent of ${agent}, a message from its own runtime:`, opening(text));
      line();
    },
    "result.read": ({ from, status, text }) => say("Results", `${status}, from ${from}:\n${text}`),
    "result.acknowledged": ({ left, elapsedMs }) => {
      result(`home after ${duration(elapsedMs)}, acknowledged, ${left} left to read`);
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

  function tell(event: StoryEvent): void {
    live.stop();
    // The table has one narrator for each type, which TypeScript cannot follow through a union.
    (narrators[event.type] as (event: StoryEvent) => void)(event);
  }

  return { tell, close: live.stop };
}

function outcome(what: string, attempts: number, elapsedMs: number): string {
  return `${what} after ${attempts === 1 ? "1 attempt" : `${attempts} attempts`}, ${duration(elapsedMs)}`;
}

/** The first paragraph, with a sign that there is more. */
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

/** Breaks text at spaces; a word that is longer than a line stays whole. */
function wrap(text: string, width: number): string[] {
  return text.split("\n").flatMap((paragraph) => {
    const lines: string[] = [];
    for (const word of paragraph.split(" ")) {
      const last = lines.at(-1);
      if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
      else lines[lines.length - 1] = `${last} ${word}`;
    }
    return lines;
  });
}
