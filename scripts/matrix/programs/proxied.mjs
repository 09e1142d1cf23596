// Runs on the runtime that is to be tried, with variables that name a proxy. Prints one JSON line: what each step saw,
// and everything that errors and events said.
// Arguments: JSON with the platforms by name, the workspace, the peer and the authority of the https platform.
import { createA2AClient, settle } from "a2a-peers";
import { createInbox } from "a2a-peers/inbox";

const { platforms, me, echo, ca, stateDir, budgetMs } = JSON.parse(
  (globalThis.Deno?.args ?? process.argv.slice(2)).at(-1),
);
const isNode = globalThis.Deno === undefined && globalThis.Bun === undefined;
const seen = {};
const said = [];
for (const [name, platformUrl] of Object.entries(platforms)) {
  const client = createA2AClient({
    platformUrl,
    workspaceId: me.id,
    token: me.token,
    retry: { maxAttempts: 2, baseDelayMs: 10, maxDelayMs: 10, budgetMs },
    ...(isNode && platformUrl.startsWith("https:") && { tls: { ca } }),
    onEvent: (event) => said.push(JSON.stringify(event)),
  });
  const sent = await settle(client.sendA2AMessage(echo, "hello"));
  const onceMore = await settle(client.sendA2AMessage(echo, "hello", { delivery: "at-most-once" }));
  if (sent.ok) {
    seen[name] = sent.value.text === onceMore.value?.text ? sent.value.text : onceMore.error.message;
    const inbox = createInbox(client, { stateDir });
    await inbox.receive({ timeoutMs: 300 });
    await inbox.stop();
  } else {
    const { code, delivery, message, stack, cause } = sent.error;
    seen[name] = `${code}, ${delivery}`;
    said.push(message, stack, String(cause), JSON.stringify(sent.error));
  }
  await client.close();
}
console.log(JSON.stringify({ seen, said }));
(globalThis.Deno?.exit ?? process.exit)(0);
