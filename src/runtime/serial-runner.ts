/** Runs a task once all earlier tasks have settled. Settles like the task. */
export type SerialRunner = <T>(task: () => Promise<T>) => Promise<T>;

/** Creates a runner of one task at a time, in the order of the calls. */
export function createSerialRunner(): SerialRunner {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const run = last.then(task, task);
    last = run.catch(() => {});
    return run;
  };
}
