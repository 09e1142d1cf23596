import { settle } from "a2a-peers";

/** What a message came to: its kind and text, or its code and delivery. */
export async function outcome(sending) {
  const result = await settle(sending);
  if (result.ok) return `${result.value.kind}: ${result.value.text}, ${result.value.attempts} attempts`;
  const { code, delivery } = result.error;
  return `${code}, ${delivery}`;
}

/** Runs the steps in turn. Resolves to what each saw. */
export async function runSteps(steps) {
  const seen = {};
  for (const [name, run] of Object.entries(steps)) {
    try {
      seen[name] = await run();
    } catch (error) {
      seen[name] = `threw ${error?.message ?? error}`;
    }
  }
  return seen;
}
