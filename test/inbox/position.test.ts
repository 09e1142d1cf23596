import { describe, expect, it } from "vitest";
import type { Place } from "../../src/inbox/place";
import { createPosition, type Position } from "../../src/inbox/position";

/** A read so late that every row of it is settled. */
const LATE = { now: 0, platformUs: 1e12 };

const place = (id: string, createdAtUs: number): Place => ({ id, createdAtUs });
const START = { id: "start", createdAtUs: 0 };

/** A position behind the row `start` with settled rows, of which the named ones are done. */
function positionWith(rows: readonly Place[], done: readonly string[]): Position {
  const position = createPosition({ cursor: START, done: [] });
  for (const row of rows) position.add(row, LATE);
  for (const id of done) position.markDone(id);
  return position;
}

describe("the cursor", () => {
  it("moves past rows that are done, up to the first that is not", () => {
    const position = positionWith([place("a", 1), place("b", 2), place("c", 3)], ["a", "c"]);
    position.advance();
    expect(position.stored).toEqual({ cursor: { id: "a", createdAtUs: 1 }, done: ["c"] });
    position.markDone("b");
    position.advance();
    expect(position.stored).toEqual({ cursor: { id: "c", createdAtUs: 3 }, done: [] });
  });

  it("stays before a microsecond of which one row is not done", () => {
    const position = positionWith([place("a", 1), place("b", 2), place("c", 2)], ["a", "b"]);
    position.advance();
    expect(position.stored).toEqual({ cursor: { id: "a", createdAtUs: 1 }, done: ["b"] });
  });

  it("stays before a microsecond of which one row was left for later", () => {
    const position = positionWith([place("a", 1), place("b", 2)], ["a", "b"]);
    position.stopAt(2);
    position.advance();
    expect(position.stored).toEqual({ cursor: { id: "a", createdAtUs: 1 }, done: ["b"] });
    expect(position.settledRow).toBeUndefined();
    position.stopAt(undefined);
    position.advance();
    expect(position.cursor).toEqual({ id: "b", createdAtUs: 2 });
  });

  it("stays before a row that an older one may yet follow", () => {
    const position = createPosition({ cursor: START, done: [] });
    position.add(place("a", 1_000_000), { now: 0, platformUs: 1_000_000 });
    position.markDone("a");
    position.advance();
    expect(position.cursor).toEqual(START);
    expect(position.isSettling).toBe(true);
    position.settleUpTo(1_000_000, { now: 9999, platformUs: 1_000_000 });
    position.advance();
    expect(position.cursor).toEqual(START);
    position.settleUpTo(1_000_000, { now: 10_000, platformUs: 1_000_000 });
    position.advance();
    expect(position.cursor).toEqual({ id: "a", createdAtUs: 1_000_000 });
  });
});

describe("a position that was stored", () => {
  const restarted = () => createPosition({ cursor: START, done: ["a", "b"] });

  it("knows the rows that are done, and the ones behind the cursor", () => {
    const position = restarted();
    expect(position.knows(place("a", 5))).toBe(true);
    expect(position.knows(place("older", 0))).toBe(true);
    expect(position.knows(place("new", 1))).toBe(false);
  });

  it("stores them again before they are listed", () => {
    const position = restarted();
    expect(position.stored).toEqual({ cursor: START, done: ["a", "b"] });
    position.add(place("a", 1), LATE);
    position.advance();
    expect(position.stored).toEqual({ cursor: { id: "a", createdAtUs: 1 }, done: ["b"] });
  });

  it("forgets those that are listed no more", () => {
    const position = restarted();
    position.add(place("a", 1), LATE);
    position.forgetUnlisted();
    expect(position.stored.done).toEqual(["a"]);
  });
});
