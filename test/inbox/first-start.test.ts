import { expect, it, vi } from "vitest";
import { openInbox, platformForTest, textBody } from "./helpers/inbox";

/** `A2A_PEERS_INBOX_WAITING` changes how many messages wait. */
const WAITING = Number(process.env.A2A_PEERS_INBOX_WAITING ?? 1000);
const SENDERS = 20;

it("hands over a thousand messages that wait at the first start, oldest first and once each", async () => {
  const platform = await platformForTest();
  const me = platform.addWorkspace({ deliveryMode: "poll" });
  const senders = Array.from({ length: SENDERS }, () => platform.addWorkspace().id);
  for (let n = 0; n < WAITING; n += 1) {
    // Every twentieth is from the human.
    const source_id = n % SENDERS === 0 ? null : senders[n % SENDERS];
    me.addActivityRow({ source_id, request_body: textBody(`m${n}`) });
  }
  const { inbox, events } = await openInbox(platform, me);
  const handled: string[] = [];
  const running = inbox.run(({ text, attempt }) => void handled.push(`${text} ${attempt}`));
  await vi.waitFor(() => expect(handled.length).toBeGreaterThanOrEqual(WAITING), { timeout: 50_000 });
  await vi.waitFor(() => expect(inbox.status.inFlight + inbox.status.waiting).toBe(0), { timeout: 10_000 });
  await inbox.stop();
  await running;
  expect(handled).toEqual(Array.from({ length: WAITING }, (_, n) => `m${n} 1`));
  expect(events.filter(({ type }) => type === "inbox.acknowledged")).toHaveLength(WAITING);
}, 90_000);
