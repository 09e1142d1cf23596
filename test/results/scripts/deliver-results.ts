// Delivers results until it is killed or receives a message. Argument: the options as JSON.
import { promises } from "node:fs";
import { createA2AClient } from "a2a-peers";
import { createHeartbeat } from "a2a-peers/heartbeat";
import { keepPolling } from "../helpers/keep-polling";

export interface DelivererOptions {
  platformUrl: string;
  workspaceId: string;
  token: string;
  stateDir: string;
  resultsFile?: string;
  /** Kills this process right before or after its `n`th change of the disk. */
  killAt?: { n: number; moment: "before" | "after" };
}

const CHANGES = ["open", "rename", "link", "rm", "unlink"] as const;

const { killAt, stateDir, resultsFile, ...identity }: DelivererOptions = JSON.parse(String(process.argv[2]));
if (killAt !== undefined) killSelf(killAt);

const client = createA2AClient(identity);
keepPolling(client, identity.workspaceId);
const heartbeat = createHeartbeat(client, {
  intervalMs: 15,
  stateDir,
  delegations: { announce: false, notify: false, resultsFile },
  onEvent: (event) => void process.send?.(event, () => {}),
});
process.once("message", async () => {
  await heartbeat.stop();
  await client.close();
  process.disconnect();
});
// The test has ended.
process.once("disconnect", () => process.exit());
heartbeat.start();

function killSelf({ n, moment }: NonNullable<DelivererOptions["killAt"]>): void {
  let changes = 0;
  const wrap = (name: (typeof CHANGES)[number]) => {
    const original = promises[name] as (...given: unknown[]) => Promise<unknown>;
    async function counted(...given: unknown[]): Promise<unknown> {
      // A file opened for reading is not changed.
      if (name === "open" && typeof given[2] !== "number") return original(...given);
      changes += 1;
      if (changes === n && moment === "before") process.kill(process.pid, "SIGKILL");
      const result = await original(...given);
      if (changes === n && moment === "after") process.kill(process.pid, "SIGKILL");
      return result;
    }
    Object.assign(promises, { [name]: counted });
  };
  for (const name of CHANGES) wrap(name);
}
