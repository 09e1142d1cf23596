import { type A2AClient, type Delegation, isA2AError } from "a2a-peers";
import { Interrupted } from "./command-errors";
import { EXIT } from "./exit-codes";
import type { Cli } from "./io";
import { printError, printNote, printUntrusted } from "./output";
import { startProgress } from "./progress";

/** Waits for a delegation until it does not change any more, or for `timeoutMs`: then it is as it is now. */
export async function waitForResult(
  cli: Cli,
  client: A2AClient,
  id: string,
  label: string,
  timeoutMs: number | undefined,
): Promise<Delegation> {
  const startedAt = performance.now();
  const seconds = () => Math.round((performance.now() - startedAt) / 1000);
  const progress = startProgress(cli, () => `${label}, ${seconds()} s: waiting for the result`);
  try {
    return await client.waitForDelegation(id, { signal: cli.signal, timeoutMs });
  } catch (error) {
    if (cli.signal.aborted) {
      throw new Interrupted(
        `Stopped waiting. The task goes on; for its result: a2a-peers delegations ${id} --wait`,
        { delivery: "confirmed", delegationId: id },
      );
    }
    if (!isA2AError(error) || error.code !== "timeout") throw error;
    progress.stop();
    printNote(cli, error.message);
    return await client.getDelegation(id, { signal: cli.signal });
  } finally {
    progress.stop();
  }
}

/** Prints the result of a delegation, unless it is printed as JSON, and sets the exit code. */
export function printDelegation(cli: Cli, delegation: Delegation, json: boolean | undefined): void {
  const { status, resultText, responsePreview, error, lost } = delegation;
  const text = resultText ?? responsePreview;
  if (!json && text !== "") printUntrusted(cli, text);
  if (status === "failed" || lost) {
    cli.exitCode = EXIT.confirmed;
    printError(cli, error === "" ? "The delegation failed, and the platform does not say why." : error);
  } else if (status !== "completed") {
    cli.exitCode = EXIT.pending;
    if (!json) printNote(cli, `Its status is ${status}.`);
  }
}
