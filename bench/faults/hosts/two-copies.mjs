// Uses two copies of the built package in one process. Arguments: the folders of their entries.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [first, second] = process.argv.slice(2);
const load = (folder, entry) => import(`${pathToFileURL(folder)}/${entry}.js`);
const [a, b] = [await load(first, "index"), await load(second, "index")];
const c = createRequire(import.meta.url)(`${first}/cjs/index.js`);
const { startPlatform } = await load(first, "testing");
if (a.A2AError === b.A2AError) throw new Error("the copies are one");

const platform = await startPlatform();
const me = platform.addWorkspace();
const peer = platform.addWorkspace({ reply: ({ text }) => `echo ${text}` });
for (const { createA2AClient } of [a, b, c]) {
  const client = createA2AClient({ platformUrl: platform.url, workspaceId: me.id, token: me.token });
  const { text } = await client.sendA2AMessage(peer.id, "hello");
  if (text !== "echo hello") throw new Error(`got ${text}`);
  const error = await client.sendA2AMessage("no id", "hello").catch((reason) => reason);
  if (![a, b, c].every(({ isA2AError }) => isA2AError(error))) throw new Error("an error is not recognised");
  await client.close();
}
await platform.close();
