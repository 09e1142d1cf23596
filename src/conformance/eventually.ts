const PATIENCE_MS = 2000;
const PAUSE_MS = 10;

/** For what happens a moment after an answer: asks until there is something, or nothing came for two seconds. */
export async function eventually<T>(probe: () => Promise<T | undefined>): Promise<T | undefined> {
  const end = performance.now() + PATIENCE_MS;
  let found = await probe();
  while (found === undefined && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    found = await probe();
  }
  return found;
}
