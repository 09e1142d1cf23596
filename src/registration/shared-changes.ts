import { createSerialQueue, type SerialQueue } from "./serial-queue";

/** What all clients of this process share that change what one platform knows of one workspace. */
export interface SharedChanges {
  /** Orders the changes of the workspace. */
  readonly queue: SerialQueue;
  /** The token that a change of these has brought; another client has not read it yet. */
  issuedToken: string | undefined;
}

interface Entry extends SharedChanges {
  /** Changes under way. */
  users: number;
}

// Only while changes are under way: after that the token is where it is stored.
const entries = new Map<string, Entry>();

/** Takes part in the changes of a workspace; call `leave` when the change is over. */
export function joinChanges(
  platformUrl: string,
  workspaceId: string,
): { changes: SharedChanges; leave(): void } {
  const key = `${platformUrl} ${workspaceId}`;
  const entry = entries.get(key) ?? { queue: createSerialQueue(), issuedToken: undefined, users: 0 };
  entries.set(key, entry);
  entry.users += 1;
  return {
    changes: entry,
    leave() {
      entry.users -= 1;
      if (entry.users === 0) entries.delete(key);
    },
  };
}
