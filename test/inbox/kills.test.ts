import { setTimeout as sleep } from "node:timers/promises";
import { startPlatform, type TestWorkspace } from "a2a-peers/testing";
import { beforeAll, expect, it } from "vitest";
import { bundle, runScript } from "../helpers/run-script";
import { scratchFolder } from "../helpers/scratch-folder";
import { openInbox, platformForTest, textBody } from "./helpers/inbox";

/** `A2A_PEERS_KILLS=200` kills two hundred readers under two thousand messages. */
const KILLS = Number(process.env.A2A_PEERS_KILLS ?? 25);
const MESSAGES = KILLS * 10;
const SENDERS = 5;
const LONGEST_LIFE_MS = 400;

let reader: string;
let asker: string;
beforeAll(async () => {
  reader = await bundle(new URL("./scripts/reader.ts", import.meta.url));
  asker = await bundle(new URL("./scripts/asker.ts", import.meta.url));
});

interface Sent {
  readonly sender: TestWorkspace;
  readonly text: string;
}

it(
  "loses nothing, keeps the order of each sender and answers under one identity when readers are killed at any moment",
  async () => {
    await using platform = await startPlatform();
    const me = platform.addWorkspace({ deliveryMode: "poll" });
    const senders = Array.from({ length: SENDERS }, () => platform.addWorkspace({ reply: () => "thanks" }));
    const stateDir = await scratchFolder();
    const sent = new Map<string, Sent>();
    const start = () => runScript(reader, platform.url, me.id, me.token ?? "", stateDir);
    const log: string[] = [];
    let done = false;

    async function send(): Promise<void> {
      for (let n = 0; n < MESSAGES; n += 1) {
        const sender = senders[Math.floor(Math.random() * SENDERS)] as TestWorkspace;
        const id = me.addActivityRow({ source_id: sender.id, request_body: textBody(`m${n}`) });
        sent.set(id, { sender, text: `m${n}` });
        await sleep((Math.random() * (KILLS * 200 * 2)) / MESSAGES);
      }
      done = true;
    }

    const sending = send();
    for (let kill = 0; kill < KILLS; kill += 1) {
      const { child, ended } = start();
      await sleep(60 + Math.random() * LONGEST_LIFE_MS);
      child.kill("SIGKILL");
      log.push(...(await ended).stdout.split("\n").filter((line) => line !== ""));
    }
    await sending;
    expect(done).toBe(true);
    const last = start();
    const answered = () =>
      new Set(senders.flatMap(({ received }) => received.map(({ messageId }) => messageId)));
    await expect.poll(() => answered().size, { timeout: 60_000, interval: 50 }).toBe(MESSAGES);
    await sleep(300);
    last.child.kill("SIGKILL");
    log.push(...(await last.ended).stdout.split("\n").filter((line) => line !== ""));

    // One identity and one content for each answer, at the sender of the question.
    for (const [id, { sender, text }] of sent) {
      const answers = sender.received.filter(({ messageId }) => messageId.startsWith(`reply-${id}`));
      expect(new Set(answers.map(({ messageId, text: answer }) => `${messageId} ${answer}`))).toEqual(
        new Set([`reply-${id} echo ${text}`]),
      );
    }
    // The first handling of each message is in the order of its sender.
    const acknowledged = new Set<string>();
    const handled = new Map<TestWorkspace, number[]>(senders.map((sender) => [sender, []]));
    const first = new Set<string>();
    for (const line of log) {
      const [what, id = ""] = line.split(" ");
      if (what === "acknowledged") acknowledged.add(id);
      if (what !== "handled") continue;
      expect(acknowledged.has(id), `${id} was acknowledged`).toBe(false);
      const message = sent.get(id);
      if (message !== undefined && !first.has(id))
        handled.get(message.sender)?.push(Number(message.text.slice(1)));
      first.add(id);
    }
    for (const numbers of handled.values()) expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(log.filter((line) => line.startsWith("retry"))).toEqual([]);
  },
  KILLS * 2000 + 60_000,
);

it("brings each of fifty answers to its asker in one of five processes", async () => {
  const platform = await platformForTest();
  const peer = platform.addWorkspace({ deliveryMode: "poll" });
  const { inbox } = await openInbox(platform, peer, { concurrency: 16 });
  void inbox.run(({ text }) => `answer to ${text}`);
  const askers = Array.from({ length: 5 }, () => platform.addWorkspace({ deliveryMode: "poll" }));
  const outputs = await Promise.all(
    askers.map(async ({ id, token }) => {
      const { ended } = runScript(asker, platform.url, id, token ?? "", await scratchFolder(), peer.id);
      return ended;
    }),
  );
  for (const { stdout, stderr, code } of outputs) {
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    const pairs = JSON.parse(stdout) as [string, string][];
    expect(pairs).toHaveLength(10);
    for (const [question, answer] of pairs) expect(answer).toBe(`answer to ${question}`);
  }
}, 60_000);
