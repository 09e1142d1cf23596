import { configurationError } from "../errors";
import type { Emit, HeartbeatEvent } from "../events";
import { shouldReport } from "../events/thinning";
import { adoptInboundSecret, isInboundSecret, rememberSecret } from "../identity/inbound";
import type { Workspace } from "../identity/workspaces";
import type { Clock } from "../runtime/clock";
import { makePrivate, writePrivateFile } from "../storage/private-file";
import type { StateFolder } from "../storage/state-folder";
import { errorMessage } from "../text/format";

/** The secret with which the platform authenticates to this workspace's agent. */
export interface InboundSecret {
  /** The secret as it was last received or stored. Throws `configuration` when the file cannot be read. */
  read(): Promise<string | undefined>;
  /** The same, and the stored one where it is another: the heartbeat of another process may have a newer one. */
  readAll(): Promise<readonly string[]>;
  /**
   * Begins to store the secret in the answer to an accepted beat, if it has a new one. A write that failed is tried
   * again with each answer.
   */
  storeFrom(answer: unknown): void;
  /** Resolves when nothing is being stored. A disk that hangs may take for ever. */
  idle(): Promise<void>;
}

export interface InboundSecretOptions {
  /** Without a folder the secret is in memory alone. */
  folder: StateFolder | undefined;
  workspace: Workspace;
  clock: Clock;
  emit: Emit<HeartbeatEvent>;
}

interface SecretState {
  /** The secret that is known to be on the disk. */
  stored: string | undefined;
  failures: number;
  /** The write under way, and since when. */
  storing: Promise<void> | undefined;
  storingSince: number;
}

const FILE = ".platform_inbound_secret";

/** A write that takes longer is reported, in milliseconds; it counts all the same when it succeeds later. */
const SLOW_WRITE_MS = 2000;

/** Creates the secret of a workspace. */
export function createInboundSecret(options: InboundSecretOptions): InboundSecret {
  const { folder, workspace, clock } = options;
  const state: SecretState = {
    stored: undefined,
    failures: 0,
    storing: undefined,
    storingSince: 0,
  };

  return {
    async readAll() {
      const stored = await readStored(folder).catch(() => undefined);
      if (stored !== undefined) rememberSecret(workspace, stored);
      const secrets = new Set([workspace.inbound.secret, stored]);
      return [...secrets].filter((secret) => secret !== undefined);
    },
    async read() {
      if (workspace.inbound.secret !== undefined) return workspace.inbound.secret;
      try {
        const secret = await readStored(folder);
        if (secret !== undefined) rememberSecret(workspace, secret);
        return secret;
      } catch (error) {
        const { code, message } = error as { code?: unknown; message?: unknown };
        throw configurationError(
          `The inbound secret at ${folder?.path(FILE)} cannot be read (${String(code ?? message)}).`,
        );
      }
    },
    storeFrom(answer) {
      // In use from now on, whether or not it can be stored.
      const secret = adoptInboundSecret(workspace, answer);
      if (secret === undefined || folder === undefined || secret === state.stored) return;
      if (state.storing !== undefined) {
        reportSlowWrite(options, state);
        return;
      }
      state.storingSince = clock.now();
      state.storing = storeLatest(options, state, folder).finally(() => {
        state.storing = undefined;
      });
    },
    idle: async () => state.storing,
  };
}

async function readStored(folder: StateFolder | undefined): Promise<string | undefined> {
  const text = await folder?.read(FILE);
  return isInboundSecret(text) ? text : undefined;
}

/** Stores what was received last, also when that changes meanwhile. Never rejects. */
async function storeLatest(
  options: InboundSecretOptions,
  state: SecretState,
  folder: StateFolder,
): Promise<void> {
  const { inbound } = options.workspace;
  while (inbound.secret !== undefined && inbound.secret !== state.stored) {
    const { secret } = inbound;
    try {
      await store(options, folder, secret);
      state.stored = secret;
      state.failures = 0;
    } catch (error) {
      reportFailure(options, state, errorMessage(error, secret));
      return;
    }
  }
}

async function store(
  { workspace, emit }: InboundSecretOptions,
  folder: StateFolder,
  secret: string,
): Promise<void> {
  folder.claim();
  // A file that cannot be read is replaced.
  if ((await readStored(folder).catch(() => undefined)) === secret) {
    await makePrivate(folder.path(FILE));
    return;
  }
  await writePrivateFile(folder.path(FILE), secret);
  emit({ type: "heartbeat.secret_stored", workspaceId: workspace.id });
}

function reportSlowWrite(options: InboundSecretOptions, state: SecretState): void {
  if (options.clock.now() - state.storingSince < SLOW_WRITE_MS) return;
  reportFailure(options, state, `the disk has not answered within ${SLOW_WRITE_MS} ms`);
}

function reportFailure({ workspace, emit }: InboundSecretOptions, state: SecretState, reason: string): void {
  state.failures += 1;
  if (shouldReport(state.failures)) {
    emit({ type: "heartbeat.store_failed", workspaceId: workspace.id, reason });
  }
}
