import { requestHeaders, type TenantHeaders } from "../identity/headers";
import type { Workspace } from "../identity/workspaces";
import type { Clock } from "../runtime/clock";
import { createEventParser, type WorkspaceEvent } from "./parse-events";
import type { OpenStream } from "./stream-request";

export interface WorkspaceStreamOptions {
  readonly platformUrl: string;
  readonly tenant: TenantHeaders;
  readonly workspace: Workspace;
  readonly clock: Clock;
  random(): number;
  readonly open: OpenStream;
  onEvent(event: WorkspaceEvent): void;
  /** Called when {@link WorkspaceStream.isLive} has changed. */
  onChange(): void;
}

/** The stream of one workspace's events, opened again with back-off whenever it breaks or falls silent. */
export interface WorkspaceStream {
  start(): void;
  stop(): void;
  /** True while the stream has just shown that it works: something came within the last 90 seconds. */
  readonly isLive: boolean;
}

interface State {
  isRunning: boolean;
  isLive: boolean;
  /** Beats come over this platform's stream, so their absence says that it is broken. */
  hasSeenBeat: boolean;
  failures: number;
  /** Counts connections, so that one that was given up changes nothing. */
  connection: number;
  close: (() => void) | undefined;
  stopTimer: (() => void) | undefined;
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
  const { platformUrl, tenant, workspace, clock, random, open, onEvent, onChange } = options;
  const state: State = {
    isRunning: false,
    isLive: false,
    hasSeenBeat: false,
    failures: 0,
    connection: 0,
    close: undefined,
    stopTimer: undefined,
  };

  function setLive(isLive: boolean): void {
    if (state.isLive === isLive) return;
    state.isLive = isLive;
    onChange();
  }

  /** One timer at a time: for the head of a response, for the next sign of life, or for the next attempt. */
  function setTimer(callback: () => void, ms: number): void {
    state.stopTimer?.();
    state.stopTimer = clock.setTimer(callback, ms, true);
  }

  function end(): void {
    state.connection += 1;
    state.close?.();
    state.close = undefined;
    state.stopTimer?.();
    state.stopTimer = undefined;
    setLive(false);
  }

  function reopenLater(pauseMs: number): void {
    end();
    if (state.isRunning) setTimer(() => void connect(true), pauseMs * (0.75 + 0.5 * random()));
  }

  function fail(): void {
    state.failures += 1;
    reopenLater(Math.min(FIRST_PAUSE_MS * 2 ** Math.min(state.failures - 1, 10), LONGEST_PAUSE_MS));
  }

  /** Nothing came: without beats that is no sign of anything but a quiet workspace. */
  function onSilence(): void {
    if (state.hasSeenBeat) fail();
    else setLive(false);
  }

  function onSign(event: WorkspaceEvent): void {
    state.failures = 0;
    if (event.type === "WORKSPACE_HEARTBEAT") state.hasSeenBeat = true;
    setTimer(onSilence, SILENCE_MS);
    setLive(true);
    onEvent(event);
  }

  async function connect(mayRefresh: boolean): Promise<void> {
    state.connection += 1;
    const { connection } = state;
    const isCurrent = () => state.isRunning && state.connection === connection;
    setTimer(fail, HEAD_MS);
    let token: string | undefined;
    try {
      token = await workspace.tokens.get();
    } catch {
      if (isCurrent()) fail();
      return;
    }
    if (!isCurrent()) return;
    const feed = createEventParser(onSign);
    state.close = open({
      url: `${platformUrl}/workspaces/${workspace.id}/events/stream`,
      headers: { ...requestHeaders(workspace.id, token, tenant), accept: "text/event-stream" },
      onHead(status, contentType) {
        if (!isCurrent()) return;
        if (status === 200 && contentType.startsWith("text/event-stream")) setTimer(onSilence, SILENCE_MS);
        else if (status === 401 && mayRefresh) void refresh(token);
        else if (UNSUPPORTED.has(status)) reopenLater(UNSUPPORTED_PAUSE_MS);
        else fail();
      },
      onText(text) {
        if (!isCurrent()) return;
        try {
          feed(text);
        } catch {
          fail();
        }
      },
      onEnd() {
        if (isCurrent()) fail();
      },
    });
  }

  async function refresh(refused: string | undefined): Promise<void> {
    end();
    const { connection } = state;
    const found = await workspace.tokens.refresh(refused).catch(() => undefined);
    if (!state.isRunning || state.connection !== connection) return;
    if (found === undefined) fail();
    else await connect(false);
  }

  return {
    start() {
      if (state.isRunning) return;
      state.isRunning = true;
      void connect(true);
    },
    stop() {
      state.isRunning = false;
      end();
    },
    get isLive() {
      return state.isLive;
    },
  };
}
