/** A place in a line. */
export interface QueueSlot {
  /** Resolves once all in front have left. */
  readonly ready: Promise<unknown>;
  /** Asks those in front to give way, if they do. */
  preempt(): void;
  release(): void;
}

/** Those who wait for each other, in the order in which they came. */
export interface SerialQueue {
  enqueue(giveWay?: () => void): QueueSlot;
}

export function createSerialQueue(): SerialQueue {
  const places = new Set<{ left: Promise<void>; giveWay: (() => void) | undefined }>();
  return {
    enqueue(giveWay) {
      const inFront = [...places];
      let resolve = () => {};
      const left = new Promise<void>((done) => {
        resolve = done;
      });
      const place = { left, giveWay };
      places.add(place);
      return {
        ready: Promise.all(inFront.map((each) => each.left)),
        preempt() {
          for (const each of inFront) if (places.has(each)) each.giveWay?.();
        },
        release() {
          places.delete(place);
          resolve();
        },
      };
    },
  };
}
