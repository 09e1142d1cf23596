import { requestHeaders } from "../identity/headers";
import { createEventParser, type WorkspaceEvent } from "./parse-events";
import {
  createStreamState,
  endConnection,
  type StreamState,
  setLive,
  setTimer,
  type WorkspaceStreamOptions,
} from "./stream-state";

/** The stream of one workspace's events, opened again with back-off whenever it breaks or falls silent. */
export interface WorkspaceStream {
  start(): void;
  stop(): void;
  /** True while the stream has just shown that it works: something came within the last 90 seconds. */
  readonly isLive: boolean;
}

/** The head of a response comes within this time, in milliseconds. */
const HEAD_MS = 10_000;
/** Three beats of the usual interval: a stream that shows none for so long is dead, in milliseconds. */
const SILENCE_MS = 90_000;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
/** Until a platform without this stream is asked again, in milliseconds. */
const UNSUPPORTED_PAUSE_MS = 600_000;
const UNSUPPORTED: ReadonlySet<number> = new Set([404, 405, 501]);

export function createWorkspaceStream(options: WorkspaceStreamOptions): WorkspaceStream {
  const state = createStreamState(options);
  return {
    start() {
      if (state.isRunning) return;
      state.isRunning = true;
      void connect(state, true);
    },
    stop() {
      state.isRunning = false;
      endConnection(state);
    },
    get isLive() {
      return state.isLive;
    },
  };
}

/** Opens a connection, unless the platform is down or has no request to spare. Never rejects. */
async function connect(state: StreamState, mayRefresh: boolean): Promise<void> {
  const waitMs = state.options.requests.acquire();
  if (waitMs === undefined) await connectNow(state, mayRefresh);
  else fail(state, waitMs);
}

/** `mayRefresh`: a token that is refused is replaced once. */
async function connectNow(state: StreamState, mayRefresh: boolean): Promise<void> {
  state.connection += 1;
  const { workspace } = state.options;
  const isCurrent = currentConnection(state);
  setTimer(state, () => fail(state), HEAD_MS);
  let token: string | undefined;
  try {
    token = await workspace.tokens.get();
  } catch {
    if (isCurrent()) fail(state);
    return;
  }
  if (isCurrent()) openConnection(state, token, mayRefresh);
}

function openConnection(state: StreamState, token: string | undefined, mayRefresh: boolean): void {
  const { platformUrl, tenant, workspace, open, requests, clock } = state.options;
  const startedAt = clock.now();
  const isCurrent = currentConnection(state);
  const feed = createEventParser((event) => onSign(state, event));
  state.close = open({
    url: `${platformUrl}/workspaces/${workspace.id}/events/stream`,
    headers: { ...requestHeaders(workspace.id, token, tenant), accept: "text/event-stream" },
    onHead(head) {
      const waitMs = requests.answered(head, startedAt);
      if (!isCurrent()) return;
      const { status } = head;
      if (status === 200 && head.header("content-type")?.startsWith("text/event-stream")) awaitSign(state);
      else if (status === 401 && mayRefresh) void refresh(state, token);
      else if (UNSUPPORTED.has(status)) reopenLater(state, UNSUPPORTED_PAUSE_MS);
      else fail(state, waitMs);
    },
    onText(text) {
      if (!isCurrent()) return;
      try {
        feed(text);
      } catch {
        fail(state);
      }
    },
    onEnd() {
      if (isCurrent()) fail(state);
    },
  });
}

/** Says of the connection of this moment whether it is still the one that counts. */
function currentConnection(state: StreamState): () => boolean {
  const { connection } = state;
  return () => state.isRunning && state.connection === connection;
}

/** Connects with another token, if there is one. */
async function refresh(state: StreamState, refused: string | undefined): Promise<void> {
  endConnection(state);
  const isCurrent = currentConnection(state);
  const found = await state.options.workspace.tokens.refresh(refused).catch(() => undefined);
  if (!isCurrent()) return;
  if (found === undefined) fail(state);
  else await connect(state, false);
}

function onSign(state: StreamState, event: WorkspaceEvent): void {
  state.failures = 0;
  if (event.type === "WORKSPACE_HEARTBEAT") state.hasSeenBeat = true;
  awaitSign(state);
  setLive(state, true);
  state.options.onEvent(event);
}

function awaitSign(state: StreamState): void {
  setTimer(state, () => onSilence(state), SILENCE_MS);
}

/** Nothing came: without beats that is no sign of anything but a quiet workspace. */
function onSilence(state: StreamState): void {
  if (state.hasSeenBeat) fail(state);
  else setLive(state, false);
}

/** Tries again with back-off, after `waitMs` milliseconds at the earliest. */
function fail(state: StreamState, waitMs = 0): void {
  state.failures += 1;
  const exponent = Math.min(state.failures - 1, 10);
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** exponent, LONGEST_PAUSE_MS);
  reopenLater(state, pauseMs, waitMs);
}

/** Ends the connection and opens the next one after this pause, ±25 %, and not before `waitMs` milliseconds. */
function reopenLater(state: StreamState, pauseMs: number, waitMs = 0): void {
  endConnection(state);
  const { random } = state.options;
  const delayMs = Math.max(pauseMs * (0.75 + 0.5 * random()), waitMs);
  if (state.isRunning) setTimer(state, () => void connect(state, true), delayMs);
}
