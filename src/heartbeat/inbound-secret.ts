import { configurationError } from "../errors";
import type { Emit, HeartbeatEvent } from "../events";
import { shouldReport } from "../events/thinning";
import { writePrivateFile } from "../storage/private-file";
import type { StateFolder } from "../storage/state-folder";
import { errorMessage } from "../text/format";
import { isRecord } from "../text/json";

const VISIBLE_ASCII = /^[\x21-\x7e]{1,4096}$/;

/** The secret with which the platform authenticates to this workspace's agent. */
export interface InboundSecret {
  /** The secret as it was last received or stored. Throws `configuration` when the file cannot be read. */
  read(): Promise<string | undefined>;
  /** Stores the secret in the answer to an accepted beat, if it has a new one. Never throws. */
  storeFrom(answer: unknown): Promise<void>;
}

const FILE = ".platform_inbound_secret";

/** Creates the secret of a workspace; without a folder it is in memory alone. */
export function createInboundSecret(
  folder: StateFolder | undefined,
  workspaceId: string,
  emit: Emit<HeartbeatEvent>,
): InboundSecret {
  let received: string | undefined;
  let failures = 0;

  async function readStored(): Promise<string | undefined> {
    const text = await folder?.read(FILE);
    return text !== undefined && VISIBLE_ASCII.test(text) ? text : undefined;
  }

  return {
    async read() {
      if (received !== undefined) return received;
      try {
        return await readStored();
      } catch (error) {
        const { code, message } = error as { code?: unknown; message?: unknown };
        throw configurationError(
          `The inbound secret at ${folder?.path(FILE)} cannot be read (${String(code ?? message)}).`,
        );
      }
    },
    async storeFrom(answer) {
      const secret = isRecord(answer) ? answer.platform_inbound_secret : undefined;
      if (typeof secret !== "string" || !VISIBLE_ASCII.test(secret)) return;
      // In use from now on, whether or not it can be stored.
      received = secret;
      if (folder === undefined) return;
      try {
        // A file that cannot be read is replaced.
        if ((await readStored().catch(() => undefined)) === secret) return;
        folder.claim();
        await writePrivateFile(folder.path(FILE), secret);
        failures = 0;
        emit({ type: "heartbeat.secret_stored", workspaceId });
      } catch (error) {
        failures += 1;
        if (!shouldReport(failures)) return;
        const reason = errorMessage(error, secret);
        emit({ type: "heartbeat.store_failed", workspaceId, reason });
      }
    },
  };
}
