import { describe, expect, it } from "vitest";
import { type Ask, createAsks } from "../../src/inbox/asks";
import type { InboundMessage } from "../../src/inbox/row";

const PEER = "11111111-1111-4111-8111-111111111111";

/** Two questions to one peer, and what came back to each. */
function setUp() {
  const asks = createAsks();
  const answers: string[] = [];
  const question = (name: string): Ask => ({
    peerId: PEER,
    messageId: `question-${name}`,
    contextId: `context-${name}`,
    resolve: ({ text }) => void answers.push(`${name}: ${text}`),
  });
  const questions = [question("one"), question("two")] as const;
  for (const each of questions) asks.add(each);
  return { asks, answers, questions };
}

const answer = (text: string, fields: Partial<InboundMessage>): InboundMessage => ({
  id: text,
  createdAtUs: 1,
  senderId: PEER,
  text,
  files: [],
  data: [],
  raw: {},
  ...fields,
});

describe("an answer of a peer that was asked twice", () => {
  it("goes to the question that it names, whichever was asked first", () => {
    const { asks, answers } = setUp();
    expect(asks.offer(answer("b", { inReplyTo: "question-two" }))).toBe(true);
    expect(asks.offer(answer("a", { inReplyTo: "question-one" }))).toBe(true);
    expect(answers).toEqual(["two: b", "one: a"]);
    expect(asks.size).toBe(0);
  });

  it("goes to the question of its conversation where it names none", () => {
    const { asks, answers } = setUp();
    expect(asks.offer(answer("b", { contextId: "context-two" }))).toBe(true);
    expect(answers).toEqual(["two: b"]);
  });

  it.each<[string, Partial<InboundMessage>]>([
    ["it names another message", { inReplyTo: "question-three", contextId: "context-one" }],
    ["it is of another conversation", { contextId: "context-three" }],
    ["it is of none", {}],
    ["it comes from another peer", { inReplyTo: "question-one", senderId: "another" }],
    ["it comes from the human", { inReplyTo: "question-one", senderId: null }],
  ])("goes to none where %s", (_, fields) => {
    const { asks, answers } = setUp();
    expect(asks.offer(answer("a", fields))).toBe(false);
    expect(answers).toEqual([]);
    expect(asks.size).toBe(2);
  });

  it("is an ordinary message where the question was answered before, or is waited for no more", () => {
    const { asks, answers, questions } = setUp();
    asks.offer(answer("first", { inReplyTo: "question-one" }));
    expect(asks.offer(answer("second", { inReplyTo: "question-one" }))).toBe(false);
    asks.remove(questions[1]);
    expect(asks.offer(answer("late", { inReplyTo: "question-two" }))).toBe(false);
    expect(answers).toEqual(["one: first"]);
  });
});
