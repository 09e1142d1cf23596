import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createA2AClient, settle } from "a2a-peers";
import { build } from "esbuild";
import { startMatrixPlatform } from "../platform.mjs";
import { judge } from "../project.mjs";
import { installWorkerd } from "../workerd.mjs";

const EXPECTED = {
  "a reply": "reply: echo: hello, 1 attempts",
  "a connection reset once": "reply: after a reset, 2 attempts",
  "a connection reset, at most once": "network, maybe, received 1 times",
  "a connection closed without an answer, at most once": "network, maybe, received 1 times",
  "an answer cut off": "reply_lost, confirmed",
  "no answer in time": "timeout, maybe",
  // A worker does not say why it has no connection.
  "a port that is closed": "network, maybe",
  peers: "listed",
  "a beat": "accepted",
  "a tool": "ran",
  "certificates of the options": "configuration",
  "an agent, asked once": "you said hi",
  "an agent, asked by another request": "you said hi again",
};

const FLAGS = [[], ["nodejs_compat"]];

export async function* worker({ scratch, project }) {
  const workerd = await installWorkerd();
  if (workerd.serve === undefined) {
    yield { subject: "workerd", notRun: workerd.reason };
    return;
  }
  const folder = join(scratch, "worker");
  await mkdir(folder);
  await build({
    entryPoints: [join(project, "worker.mjs")],
    outfile: join(folder, "worker.js"),
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker"],
    logLevel: "error",
  });
  for (const flags of FLAGS) {
    const { platform, given, countRepeats, close } = await startMatrixPlatform();
    const { url, close: stop } = await workerd.serve(folder, "worker.js", given, flags);
    try {
      const seen = countRepeats(await (await fetch(`${url}/steps`)).json());
      await fetch(`${url}/start`);
      const { id, token } = given.asker;
      const asker = createA2AClient({ platformUrl: platform.url, workspaceId: id, token });
      for (const [step, text] of [
        ["an agent, asked once", "hi"],
        ["an agent, asked by another request", "hi again"],
      ]) {
        const sent = await settle(asker.sendA2AMessage(given.me.id, text));
        seen[step] = sent.ok ? sent.value.text : sent.error.message;
      }
      await asker.close();
      const subject = flags.length === 0 ? "workerd" : `workerd with ${flags.join()}`;
      yield { subject, version: workerd.version, verdicts: judge(EXPECTED, seen) };
    } finally {
      await stop();
      await close();
    }
  }
}
