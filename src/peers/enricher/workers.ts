/** Runs tasks at a concurrency limit. */
export interface Workers {
  /** Starts tasks until the limit is reached or none may start. */
  start(): void;
  /** Does so in a microtask, once for all calls until then: work that is queued together is seen together. */
  startSoon(): void;
  /** Number of running tasks. */
  readonly running: number;
}

export interface WorkersOptions {
  /** The most tasks at once. */
  limit: number;
  /** Takes the next task that may start now. */
  nextTask(): (() => Promise<void>) | undefined;
  /** Called when tasks have ended or could have started, and none runs. */
  onNoneRunning(): void;
}

interface WorkersState {
  running: number;
  /** True while a call of `startSoon` is outstanding. */
  startScheduled: boolean;
}

export function createWorkers({ limit, nextTask, onNoneRunning }: WorkersOptions): Workers {
  const state: WorkersState = { running: 0, startScheduled: false };

  function start(): void {
    while (state.running < limit) {
      const task = nextTask();
      if (task === undefined) break;
      void run(task);
    }
    if (state.running === 0) onNoneRunning();
  }

  /** Frees the place of a task however it ends. */
  async function run(task: () => Promise<void>): Promise<void> {
    state.running += 1;
    try {
      await task();
    } finally {
      state.running -= 1;
      start();
    }
  }

  return {
    start,
    startSoon() {
      if (state.startScheduled) return;
      state.startScheduled = true;
      queueMicrotask(() => {
        state.startScheduled = false;
        start();
      });
    },
    get running() {
      return state.running;
    },
  };
}
