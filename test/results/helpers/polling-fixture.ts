import type { A2AClientOptions } from "a2a-peers";
import type { DelegationWatchOptions, HeartbeatOptions } from "a2a-peers/heartbeat";
import { createFixture, type Fixture, INFO } from "../../heartbeat/helpers/fixture";
import type { Script, Sent } from "../../heartbeat/helpers/scripted-platform";
import { turns } from "../../helpers/held-clock";
import { OWN } from "../../helpers/ids";
import { scratchFolder } from "../../helpers/scratch-folder";
import { keepPolling } from "./keep-polling";

export const LIST = `GET /workspaces/${OWN}/delegations`;
export const ACTIVITY = `GET /workspaces/${OWN}/activity`;
export const MESSAGE = `POST /workspaces/${OWN}/a2a`;
export const NOTICE = `POST /workspaces/${OWN}/notify`;
export { INFO };

export interface Setting extends Omit<HeartbeatOptions, "delegations" | "stateDir"> {
  delegations?: DelegationWatchOptions;
  /** State folder of an earlier fixture: a restart. */
  folder?: string;
  client?: A2AClientOptions;
  /** Rows the platform lists at first. */
  rows?: unknown[];
  /** The client has a delegation that never comes back, so that each beat is followed by a poll. @default true */
  outstanding?: boolean;
}

/** A message to the agent. */
export interface Envelope {
  jsonrpc: string;
  id: string;
  method: string;
  params: {
    message: { kind: string; role: string; messageId: string; parts: { kind: string; text: string }[] };
    metadata: unknown;
  };
}

export interface PollingFixture extends Fixture {
  folder: string;
  /** Sets the rows of the platform's list, newest first. */
  lists(...rows: unknown[]): void;
  /** Refuses connections for one route, before anything is sent; `false` ends that. */
  unreachable(route: string, is?: boolean): void;
  /** Advances the clock, and waits for the disk. */
  pass(ms: number): Promise<void>;
  /** Starts with an empty list, so that all that is listed later is new; resolves before the second beat. */
  begin(): Promise<void>;
  /** Lists the rows, and advances the clock until a poll has processed them. */
  next(...rows: unknown[]): Promise<void>;
  requests(route: string): Sent[];
  /** Headers of the latest request to a route. */
  headers(route: string): Headers;
  messages(): Envelope[];
  /** The text of the only part of the latest message. */
  text(): string;
  notices(): string[];
  /** Ids of the results in the file. */
  waiting(): Promise<string[]>;
  /** All delegation ids of the events of one type, in order. */
  ids(type: "delegations.delivered" | "delegations.announced"): string[];
}

/** The answer of a queue that accepts a message. */
export const taken: Script = () => ({ status: 202, body: { queued: true, queue_id: "q-1", queue_depth: 1 } });

/**
 * A heartbeat that polls for results, on a held clock and a real folder. Nothing is sent to the agent or to the user
 * unless a test turns it on.
 */
export async function startFixture(setting: Setting = {}): Promise<PollingFixture> {
  const {
    delegations,
    folder: given,
    client: clientOptions,
    rows = [],
    outstanding = true,
    ...options
  } = setting;
  const folder = given ?? (await scratchFolder());
  const unreachable = new Set<string>();
  const headers = new Map<string, Headers>();
  const lead: typeof fetch = (input, init) => {
    const route = `${init?.method} ${new URL(String(input)).pathname}`;
    headers.set(route, new Headers(init?.headers));
    if (!unreachable.has(route)) return base.platform.fetch(input, init);
    return Promise.reject(Object.assign(new Error("no"), { code: "ECONNREFUSED", syscall: "connect" }));
  };
  const base = createFixture(
    {
      ...options,
      stateDir: folder,
      delegations: { announce: false, notify: false, ...delegations },
    },
    { ...clientOptions, fetch: lead },
  );
  const { clock, heartbeat, platform } = base;
  if (outstanding) keepPolling(base.client, OWN);
  let listed = rows;
  platform.on(LIST, () => ({ status: 200, body: listed }));
  platform.on(ACTIVITY, () => ({ status: 404, body: "404 page not found" }));
  platform.on(MESSAGE, taken);
  platform.on(NOTICE, () => ({ status: 200, body: { status: "sent" } }));

  const requests = (route: string) => platform.sent.filter((sent) => sent.route === route);
  const messages = () => requests(MESSAGE).map(({ body }) => body as Envelope);

  /**
   * Waits for the disk: reading waits for the write under way, and the next write begins within a few turns. A poll has
   * at most as many writes as there are rounds here.
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
    ids: (type) => base.eventsOf(type).flatMap(({ delegationIds }) => delegationIds),
  };
}
