// An agent without an address, in a process of its own: it fetches its messages. Its credentials are in the environment.
import { createA2AClient } from "a2a-peers";
import { createInbox } from "a2a-peers/inbox";

/** What this process reports to its parent. */
export interface WorkStarted {
  text: string;
  attempt: number;
}

// Without its parent nobody would end it.
process.once("disconnect", () => process.exit());

const [stateDir = ""] = process.argv.slice(2);
// Short enough for a demo; the defaults are 5 and 30 seconds.
const inbox = createInbox(createA2AClient(), { stateDir, pollIntervalMs: 100, idleIntervalMs: 100 });
await inbox.run(async ({ from, text, attempt }) => {
  const started: WorkStarted = { text, attempt };
  process.send?.(started);
  if (from.kind === "human") return "Box 1, with all the others.";
  // The demo kills this process during the first attempt.
  if (attempt === 1) await new Promise(() => {});
  return "RFC 1 is dated 7 April 1969.";
});
