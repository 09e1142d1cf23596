import { type A2AError, settle } from "a2a-peers";

/** The A2AError that a promise rejects with; any other result fails the test. */
export async function failureOf(promise: PromiseLike<unknown>): Promise<A2AError> {
  const settled = await settle(promise);
  if (settled.ok) throw new Error(`expected a failure, got ${JSON.stringify(settled.value)}`);
  return settled.error;
}

/** The same for a function that throws. */
export function thrownBy(run: () => unknown): Promise<A2AError> {
  return failureOf(Promise.resolve().then(run));
}
