import type { SendOutcome } from "a2a-peers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ConversationState, stateAfterError, stateAfterOutcome } from "../../src/conversation/state";

const OPEN = ["input-required", "auth-required", "working"];
const KINDS = ["reply", "queued", ...OPEN];

const id = fc.oneof(
  fc.constant(undefined),
  fc.constantFrom("", " ", "a", "b"),
  fc.string({ maxLength: 1100 }),
);
const outcome = fc
  .record({ kind: fc.constantFrom(...KINDS), taskId: id, contextId: id })
  .map((fields) => fields as unknown as SendOutcome);
const failure = fc.record({
  code: fc.constantFrom("task_failed", "timeout", "rpc_error", "network", "agent_error"),
  rpcCode: fc.constantFrom(undefined, -32001, -32603),
});
const isCarried = (value: string | undefined) =>
  value === undefined || (value.trim() !== "" && value.length <= 1024);

type Step = { outcome: SendOutcome } | { failure: typeof failure extends fc.Arbitrary<infer F> ? F : never };
const steps = fc.array(
  fc.oneof(
    outcome.map((each): Step => ({ outcome: each })),
    failure.map((each): Step => ({ failure: each }) as Step),
  ),
  { maxLength: 12 },
);

const apply = (state: ConversationState, step: Step): ConversationState =>
  "outcome" in step
    ? stateAfterOutcome(state, step.outcome)
    : stateAfterError(state, step.failure as Parameters<typeof stateAfterError>[1]);

describe("the state of a conversation", () => {
  it("holds only ids that a message can carry, and always a context", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const state = all.reduce(apply, { contextId: "own", taskId: undefined });
        expect(state.contextId).not.toBe("");
        expect([state.contextId, state.taskId].every(isCarried)).toBe(true);
      }),
    );
  });

  it("has a task exactly while one is open", () => {
    fc.assert(
      fc.property(steps, (all) => {
        let state: ConversationState = { contextId: "own", taskId: undefined };
        for (const step of all) {
          const before = state;
          state = apply(state, step);
          if ("outcome" in step) {
            const { kind } = step.outcome;
            if (kind === "reply") expect(state.taskId).toBeUndefined();
            if (kind === "queued") expect(state).toEqual(before);
            if (OPEN.includes(kind) && before.taskId !== undefined) expect(state.taskId).toBeDefined();
          } else {
            const ended = step.failure.code === "task_failed" || step.failure.rpcCode === -32001;
            expect(state).toEqual(ended ? { ...before, taskId: undefined } : before);
          }
        }
      }),
    );
  });

  it("has the ids that the peer answered with last", () => {
    fc.assert(
      fc.property(steps, fc.constantFrom(...OPEN), (all, kind) => {
        const before = all.reduce(apply, { contextId: "own", taskId: undefined });
        const last = { kind, taskId: "task", contextId: "context" } as unknown as SendOutcome;
        expect(stateAfterOutcome(before, last)).toEqual({ taskId: "task", contextId: "context" });
      }),
    );
  });
});
