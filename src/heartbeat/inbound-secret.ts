import type { Emit, HeartbeatEvent } from "../events";
import { readSecretFile, writeSecretFile } from "../identity/private-file";
import { oneLine } from "../text";
import { isRecord } from "../transport/json";

const VISIBLE_ASCII = /^[\x21-\x7e]{1,4096}$/;

/** The secret with which the platform signs in to this workspace's agent. */
export interface InboundSecret {
  /** The secret as it was received or stored last. */
  read(): Promise<string | undefined>;
  /** Keeps the secret of an accepted beat's answer, if it carries a new one. Never throws. */
  learn(answer: unknown): Promise<void>;
}

export function createInboundSecret(
  path: string | undefined,
  workspaceId: string,
  emit: Emit<HeartbeatEvent>,
): InboundSecret {
  let received: string | undefined;
  let stored: string | undefined;

  async function storedSecret(): Promise<string | undefined> {
    stored ??= path === undefined ? undefined : await readSecretFile(path);
    return stored;
  }

  return {
    read: async () => received ?? (await storedSecret()),
    async learn(answer) {
      const secret = isRecord(answer) ? answer.platform_inbound_secret : undefined;
      if (typeof secret !== "string" || !VISIBLE_ASCII.test(secret)) return;
      // Of use from now on, whether or not the disk takes it.
      received = secret;
      if (path === undefined || secret === stored) return;
      try {
        // Unreadable is no reason not to write: what stands there is replaced.
        if ((await storedSecret().catch(() => undefined)) === secret) return;
        await writeSecretFile(path, secret);
        stored = secret;
        emit({ type: "heartbeat.secret_stored", workspaceId });
      } catch (error) {
        const reason = oneLine(error instanceof Error ? error.message : String(error), 500).replaceAll(
          secret,
          "[redacted]",
        );
        emit({ type: "heartbeat.store_failed", workspaceId, reason });
      }
    },
  };
}
