import type { A2AClient } from "../client/client";
import { configurationError } from "../errors";
import { LockHeldError } from "../storage/lock";
import type { DeadLetters } from "./dead-letters";
import { toDeliveryMessage } from "./delivery-message";
import type { Engine } from "./engine";
import type { InboxMessage } from "./message";
import type { InboxStorage } from "./storage";

export interface DeadLetterContext {
  readonly client: A2AClient;
  readonly workspaceId: string;
  readonly storage: InboxStorage;
  readonly deadLetters: DeadLetters;
  readonly engine: Engine;
}

/** The messages that were set aside, oldest first. `ack` removes one from the file, `nack` does nothing. */
export async function listDeadLetterMessages(context: DeadLetterContext): Promise<readonly InboxMessage[]> {
  const { client, workspaceId, deadLetters } = context;
  const letters = await deadLetters.list();
  return letters.map(({ message, attempts }) => {
    const actions = { ack: () => removeDeadLetter(context, message.id), nack: async () => {} };
    return toDeliveryMessage(client, workspaceId, message, attempts, actions).message;
  });
}

/** Throws `configuration` while another process reads for this workspace: it may be writing the same file. */
async function removeDeadLetter(
  { storage, deadLetters, engine }: DeadLetterContext,
  id: string,
): Promise<void> {
  try {
    await storage.acquire();
    await deadLetters.remove(id);
  } catch (error) {
    throw error instanceof LockHeldError ? configurationError(`${error.message}.`) : error;
  } finally {
    if (!engine.poller.running) storage.release();
  }
}
