import { describe, expect, it } from "vitest";
import { createRunMemory } from "../../src/agent/runs/memory";
import { createRun, type Run } from "../../src/agent/runs/run";

const newRun = (id: string): Run =>
  createRun({
    key: `peer ${id}`,
    messageId: id,
    senderId: "peer",
    contextId: "c",
    taskId: `task-${id}`,
    isTask: false,
    startedAt: 0,
  });

/** A memory of three runs and ten characters. */
function memoryWith(...ids: string[]) {
  const memory = createRunMemory(3, 10);
  const runs = ids.map((id) => {
    const run = newRun(id);
    memory.add(run);
    memory.ended(run, 1);
    return run;
  });
  const remembered = () => [...ids, "x"].filter((id) => memory.byTask(`task-${id}`) !== undefined);
  return { memory, runs, remembered };
}

describe("the memory of runs", () => {
  it("drops the run that was used least recently, with its ids", () => {
    const { memory, remembered } = memoryWith("a", "b", "c");
    memory.byKey("peer a");
    const run = newRun("x");
    memory.add(run);
    expect(remembered()).toEqual(["a", "b", "c", "x"]);
    memory.byKey("peer a");
    memory.ended(run, 1);
    expect(memory.byKey("peer a")).toBeDefined();
    expect(memory.byKey("peer b")).toBe(undefined);
  });

  it("drops runs whose answers are too large together, also the one that has just ended", () => {
    const { memory, remembered } = memoryWith("a", "b");
    const run = newRun("x");
    memory.add(run);
    memory.ended(run, 9);
    expect(remembered()).toEqual(["b", "x"]);
    const huge = newRun("huge");
    memory.add(huge);
    memory.ended(huge, 11);
    expect(remembered()).toEqual([]);
    expect(memory.byKey(huge.key)).toBeUndefined();
  });

  it("never drops a run that goes on", () => {
    const { memory } = memoryWith();
    const working = Array.from({ length: 10 }, (_, index) => newRun(String(index)));
    for (const run of working) memory.add(run);
    expect(memory.working).toEqual(working);
    for (const run of working) expect(memory.byKey(run.key)).toBe(run);
  });

  it("finds the newest run of a task, also when the first one is dropped", () => {
    const memory = createRunMemory(1, 10);
    const first = newRun("a");
    const second = createRun({ ...newRun("b"), taskId: first.taskId });
    for (const run of [first, second]) memory.add(run);
    memory.ended(first, 1);
    memory.ended(second, 1);
    expect(memory.byTask(first.taskId)).toBe(second);
    expect(memory.byKey(first.key)).toBeUndefined();
    memory.forget(second);
    expect(memory.byTask(first.taskId)).toBeUndefined();
  });
});
