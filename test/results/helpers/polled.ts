import type { A2AClientOptions } from "a2a-peers";
import type { DelegationWatchOptions, HeartbeatOptions } from "a2a-peers/heartbeat";
import type { Script, Sent } from "../../heartbeat/helpers/scripted";
import { INFO, type World, world } from "../../heartbeat/helpers/world";
import { turns } from "../../helpers/held-clock";
import { OWN } from "../../helpers/ids";
import { scratchFolder } from "../../helpers/scratch-folder";

export const LIST = `GET /workspaces/${OWN}/delegations`;
export const MESSAGE = `POST /workspaces/${OWN}/a2a`;
export const NOTICE = `POST /workspaces/${OWN}/notify`;
export { INFO };

export interface Setting extends Omit<HeartbeatOptions, "delegations" | "stateDir"> {
  delegations?: DelegationWatchOptions;
  /** State folder of an earlier world: a restart. */
  folder?: string;
  client?: A2AClientOptions;
  /** What the platform lists at first. */
  rows?: unknown[];
}

/** What the agent was sent. */
export interface Envelope {
  jsonrpc: string;
  id: string;
  method: string;
  params: {
    message: { kind: string; role: string; messageId: string; parts: { kind: string; text: string }[] };
    metadata: unknown;
  };
}

export interface Watched extends World {
  folder: string;
  /** The rows of the platform's list from now on, newest first. */
  lists(...rows: unknown[]): void;
  /** Refuses connections for one route, before anything is sent; `false` ends that. */
  unreachable(route: string, is?: boolean): void;
  /** Lets time pass, and the disk keep up with it. */
  pass(ms: number): Promise<void>;
  /** Starts with nothing finished, so that whatever is listed later is new, and returns before the second beat. */
  begin(): Promise<void>;
  /** Lists the rows, and lets time pass until somebody looks. */
  next(...rows: unknown[]): Promise<void>;
  requests(route: string): Sent[];
  /** Headers of the latest request to a route. */
  headers(route: string): Headers;
  messages(): Envelope[];
  /** The text of the only part of the latest message. */
  text(): string;
  notices(): string[];
  /** Ids of the results that wait to be read. */
  waiting(): Promise<string[]>;
  /** Every id of a kind of event, in order. */
  ids(type: "delegations.delivered" | "delegations.announced"): string[];
}

/** What an agent answers at once. */
export const taken: Script = () => ({ status: 202, body: { queued: true, queue_id: "q-1", queue_depth: 1 } });

/**
 * A heartbeat that looks for results, on a held clock and a real folder. Nothing is sent to the agent or to the human
 * unless a test asks for it.
 */
export async function watched(setting: Setting = {}): Promise<Watched> {
  const { delegations, folder: given, client: clientOptions, rows = [], ...options } = setting;
  const folder = given ?? (await scratchFolder());
  const unreachable = new Set<string>();
  const headers = new Map<string, Headers>();
  const lead: typeof fetch = (input, init) => {
    const route = `${init?.method} ${new URL(String(input)).pathname}`;
    headers.set(route, new Headers(init?.headers));
    if (!unreachable.has(route)) return base.platform.fetch(input, init);
    return Promise.reject(Object.assign(new Error("no"), { code: "ECONNREFUSED", syscall: "connect" }));
  };
  const base = world(
    {
      ...options,
      stateDir: folder,
      delegations: { announce: false, notify: false, ...delegations },
    },
    { ...clientOptions, fetch: lead },
  );
  const { clock, heartbeat, platform } = base;
  let listed = rows;
  platform.on(LIST, () => ({ status: 200, body: listed }));
  platform.on(MESSAGE, taken);
  platform.on(NOTICE, () => ({ status: 200, body: { status: "sent" } }));

  const requests = (route: string) => platform.sent.filter((sent) => sent.route === route);
  const messages = () => requests(MESSAGE).map(({ body }) => body as Envelope);

  /**
   * The disk takes its own time. Reading waits for all that is being written, and what follows a write begins within
   * the turns after it, so as many rounds of both as a look has writes see it through.
   */
  async function settled(): Promise<void> {
    for (let step = 0; step < 10; step += 1) {
      await heartbeat.results.read().catch(() => {});
      await turns();
    }
  }

  /** Runs the next timer; false when there is none until `target`. */
  async function step(target: number): Promise<boolean> {
    const due = Math.min(...clock.pending.map((timer) => timer.due));
    if (due > target) return false;
    await clock.advance(Math.max(0, due - clock.now()));
    await settled();
    return true;
  }

  async function pass(ms: number): Promise<void> {
    const target = clock.now() + ms;
    await clock.advance(0);
    await settled();
    while (await step(target));
    await clock.advance(target - clock.now());
  }

  const lists = (...next: unknown[]) => {
    listed = next;
  };
  return {
    ...base,
    folder,
    lists,
    unreachable: (route, is = true) => void (is ? unreachable.add(route) : unreachable.delete(route)),
    pass,
    async begin() {
      heartbeat.start();
      await pass(0);
    },
    async next(...rows) {
      lists(...rows);
      const before = requests(LIST).length;
      while (requests(LIST).length === before && (await step(Number.MAX_VALUE)));
    },
    requests,
    headers: (route) => headers.get(route) ?? new Headers(),
    messages,
    text() {
      const parts = messages().at(-1)?.params.message.parts ?? [];
      if (parts.length !== 1) throw new Error(`expected one part, got ${parts.length}`);
      return parts[0]?.text ?? "";
    },
    notices: () => requests(NOTICE).map(({ body }) => (body as { message: string }).message),
    waiting: async () => (await heartbeat.results.read()).map(({ delegation_id: id }) => id),
    ids: (type) => base.told(type).flatMap(({ delegationIds }) => delegationIds),
  };
}
