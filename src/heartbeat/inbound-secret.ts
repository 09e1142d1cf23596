import { configurationError } from "../errors";
import type { Emit, HeartbeatEvent } from "../events";
import { shouldReport } from "../events/thinning";
import { writePrivateFile } from "../storage/private-file";
import type { StateFolder } from "../storage/state-folder";
import { errorMessage } from "../text/format";
import { isRecord } from "../text/json";

const VISIBLE_ASCII = /^[\x21-\x7e]{1,4096}$/;

/** The secret with which the platform signs in to this workspace's agent. */
export interface InboundSecret {
  /** The secret as it was received or stored last. Throws `configuration` when the file cannot be read. */
  read(): Promise<string | undefined>;
  /** Keeps the secret of an accepted beat's answer, if it carries a new one. Never throws. */
  learn(answer: unknown): Promise<void>;
}

const FILE = ".platform_inbound_secret";

export function createInboundSecret(
  folder: StateFolder | undefined,
  workspaceId: string,
  emit: Emit<HeartbeatEvent>,
): InboundSecret {
  let received: string | undefined;
  let failures = 0;

  async function stored(): Promise<string | undefined> {
    const text = await folder?.read(FILE);
    return text !== undefined && VISIBLE_ASCII.test(text) ? text : undefined;
  }

  return {
    async read() {
      if (received !== undefined) return received;
      try {
        return await stored();
      } catch (error) {
        const { code, message } = error as { code?: unknown; message?: unknown };
        throw configurationError(
          `The inbound secret at ${folder?.path(FILE)} cannot be read (${String(code ?? message)}).`,
        );
      }
    },
    async learn(answer) {
      const secret = isRecord(answer) ? answer.platform_inbound_secret : undefined;
      if (typeof secret !== "string" || !VISIBLE_ASCII.test(secret)) return;
      // Of use from now on, whether or not the disk takes it.
      received = secret;
      if (folder === undefined) return;
      try {
        // Unreadable is no reason not to write: what stands there is replaced.
        if ((await stored().catch(() => undefined)) === secret) return;
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
