import { setImmediate } from "node:timers/promises";
import { heapInUse } from "./faults/memory";

/** Bytes of the heap that the result of a function takes. What it uses meanwhile is collected before. */
export async function heapHeldBy(make: () => Promise<unknown>): Promise<number> {
  const holder: { held?: unknown } = {};
  const before = await settledHeap();
  holder.held = await make();
  const bytes = (await settledHeap()) - before;
  // Read after the measurement, so that it is not collected before.
  return holder.held === undefined ? 0 : bytes;
}

/** What a finished request leaves behind is freed in later turns of the event loop. */
async function settledHeap(): Promise<number> {
  for (let turn = 0; turn < 3; turn += 1) {
    heapInUse();
    await setImmediate();
  }
  return heapInUse();
}
