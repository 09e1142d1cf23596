import type { Run } from "./run";

/**
 * The runs of an agent: those that go on, and the newest that have ended, so that a message which comes again gets the
 * same answer and a task can be asked for.
 */
export interface RunMemory {
  /** The run of a message. Counts as use. */
  byKey(key: string): Run | undefined;
  /** The newest run of a message of this sender with this id. Counts as use. */
  byMessage(senderId: string | null, messageId: string): Run | undefined;
  /** The newest run of a task. Counts as use. */
  byTask(taskId: string): Run | undefined;
  add(run: Run): void;
  /** Call when a run has ended: it is kept within the bounds. `size` is that of its answer, in characters. */
  ended(run: Run, size: number): void;
  /** Forgets a run, whose message runs anew when it comes again. `open` is then the newest run of its task again. */
  forget(run: Run, open?: Run): void;
  readonly working: readonly Run[];
  readonly workingCount: number;
}

/** Ended runs that are kept; the least recently used are dropped first. */
const MAX_ENDED = 1000;
/** Characters of all answers that are kept. */
const MAX_SIZE = 32 * 2 ** 20;

export function createRunMemory(maxEnded = MAX_ENDED, maxSize = MAX_SIZE): RunMemory {
  // A map keeps the order of insertion, so that its first entry is the one that was used least recently.
  const ended = new Map<string, { run: Run; size: number }>();
  const working = new Map<string, Run>();
  const tasks = new Map<string, Run>();
  let total = 0;

  function touch(run: Run | undefined): Run | undefined {
    const entry = run && ended.get(run.key);
    if (run === undefined || entry === undefined) return run;
    ended.delete(run.key);
    ended.set(run.key, entry);
    return run;
  }

  function forget(run: Run, open?: Run): void {
    const entry = ended.get(run.key);
    if (entry?.run === run) {
      total -= entry.size;
      ended.delete(run.key);
    }
    if (working.get(run.key) === run) working.delete(run.key);
    if (tasks.get(run.taskId) !== run) return;
    if (open !== undefined && ended.get(open.key)?.run === open) tasks.set(open.taskId, open);
    else tasks.delete(run.taskId);
  }

  return {
    byKey: (key) => touch(working.get(key) ?? ended.get(key)?.run),
    byMessage: (senderId, messageId) =>
      touch(
        [...[...ended.values()].map(({ run }) => run), ...working.values()].findLast(
          (run) => run.senderId === senderId && run.messageId === messageId,
        ),
      ),
    byTask: (taskId) => touch(tasks.get(taskId)),
    add(run) {
      working.set(run.key, run);
      tasks.set(run.taskId, run);
    },
    ended(run, size) {
      if (working.get(run.key) !== run) return;
      working.delete(run.key);
      ended.set(run.key, { run, size });
      total += size;
      for (const { run: oldest } of ended.values()) {
        if (ended.size <= maxEnded && total <= maxSize) break;
        forget(oldest);
      }
    },
    forget,
    get working() {
      return [...working.values()];
    },
    get workingCount() {
      return working.size;
    },
  };
}
