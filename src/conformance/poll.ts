const TIMEOUT_MS = 2000;
const INTERVAL_MS = 10;

/** Calls `probe` every 10 ms until it returns a value, for at most two seconds: effects may follow a response. */
export async function pollUntilDefined<T>(probe: () => Promise<T | undefined>): Promise<T | undefined> {
  const end = performance.now() + TIMEOUT_MS;
  let value = await probe();
  while (value === undefined && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
    value = await probe();
  }
  return value;
}
