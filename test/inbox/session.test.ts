import { expect, it } from "vitest";
import { EMPTY_LEDGER } from "../../src/inbox/ledger";
import type { InboundMessage } from "../../src/inbox/row";
import { createSession } from "../../src/inbox/session";

const message = (n: number): InboundMessage => ({
  id: `row-${n}`,
  createdAtUs: n,
  senderId: `peer-${n}`,
  text: "",
  files: [],
  data: [],
  raw: {},
});

it("a session has at most a hundred messages, those that are handed over among them", () => {
  const session = createSession(EMPTY_LEDGER);
  for (let n = 0; n < 100; n += 1) expect(session.accept(message(n))).toBe(true);
  const [delivery] = [session.take(0), session.take(0)];
  expect(session.accept(message(100))).toBe(false);
  if (delivery !== undefined) session.complete(delivery);
  expect(session.accept(message(100))).toBe(true);
  expect(session.hasCapacity()).toBe(false);
});
