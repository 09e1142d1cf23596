import { copyFile, mkdtemp } from "node:fs/promises";
import { join, resolve } from "node:path";
import { installRuntimes, run } from "../../runtimes.mjs";
import { startMatrixPlatform } from "../platform.mjs";
import { judge, parseSeen } from "../project.mjs";

/** What every runtime has to see. Without Node's sockets nobody knows how far a request came: `maybe` is right there. */
const EXPECTED = {
  "a reply": "reply: echo: hello, 1 attempts",
  "64 KiB of Chinese": "as it was sent",
  // Deno's own fetch repeats the request once, so that the client sees one attempt.
  "a connection reset once": ["reply: after a reset, 2 attempts", "reply: after a reset, 1 attempts"],
  "a connection reset, at most once": "network, maybe, received 1 times",
  "a connection closed without an answer, at most once": "network, maybe, received 1 times",
  "an answer cut off": ["reply_lost, confirmed", "network, maybe"],
  "no answer in time": "timeout, maybe",
  "a port that is closed": "network, not-sent",
  "an abort": "enough",
  peers: "listed",
  "a beat": "accepted",
  "the inbox": "from the human",
  "an agent behind the runtime's own server": "reply: you said hi, 1 attempts",
  "a tool": "ran",
  "the embedded platform": "reply: hello, 1 attempts",
};

/** The example that no other runtime can run, and what it prints. */
const BUN_EXAMPLE = { file: "agent-bun.ts", prints: "Summary of: the report" };

async function runBunExample(binary, project) {
  const { file, prints } = BUN_EXAMPLE;
  await copyFile(resolve(import.meta.dirname, "../../../examples", file), join(project, file));
  const { output, errors } = await run(binary, ["run", file], { cwd: project });
  return judge({ [file]: prints }, { [file]: output.trim() || errors.trim() });
}

export async function* runtimes({ scratch, project }) {
  for (const { name: subject, version, binary, args, reason } of await installRuntimes()) {
    if (binary === undefined) {
      yield { subject, notRun: reason };
      continue;
    }
    const { given, countRepeats, close } = await startMatrixPlatform();
    const stateDir = await mkdtemp(join(scratch, "state-"));
    const result = await run(binary, [...args, "steps.mjs", JSON.stringify({ ...given, stateDir })], {
      cwd: project,
    });
    const seen = countRepeats(parseSeen(result));
    await close();
    const examples = subject === "Bun" ? await runBunExample(binary, project) : [];
    yield { subject, version, verdicts: [...judge(EXPECTED, seen), ...examples] };
  }
}
