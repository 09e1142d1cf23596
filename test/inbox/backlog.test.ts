import { describe, expect, it } from "vitest";
import { createBacklog } from "../../src/inbox/backlog";
import type { InboundMessage } from "../../src/inbox/row";

const message = (id: string, createdAtUs: number, senderId: string | null = "peer"): InboundMessage => ({
  id,
  createdAtUs,
  senderId,
  text: id,
  files: [],
  data: [],
  raw: {},
});

describe("the messages that wait", () => {
  it("are handed over in the order of their times, also where an older one was read later", () => {
    const backlog = createBacklog();
    backlog.add(message("newer", 2), 0);
    backlog.add(message("older", 1), 0);
    backlog.add(message("of the human", 3, null), 0);
    expect(backlog.peek(2).map(({ message: { id } }) => id)).toEqual(["older", "newer"]);
    expect(backlog.take(0)?.message.id).toBe("older");
    expect(backlog.take(0)?.message.id).toBe("of the human");
    expect(backlog.take(0)).toBeUndefined();
    backlog.settle("older");
    expect(backlog.take(0)?.message.id).toBe("newer");
  });
});
