// How to test an agent of yours that talks to peers: against a platform in the same process, over real sockets.
//
//   npx tsx examples/testing-your-agent.ts

import assert from "node:assert/strict";
import { type A2AClient, createA2AClient, settle } from "a2a-peers";
import { startPlatform, type TestPlatform, type TestWorkspace } from "a2a-peers/testing";

// The agent under test: it asks a peer for a translation, and returns the reason when there is none.
async function translate(client: A2AClient, text: string): Promise<string> {
  const { peers } = await client.listPeers({ query: "translator" });
  const [translator] = peers;
  if (translator === undefined) return `${text} (there is no translator)`;
  const sent = await settle(client.sendA2AMessage(translator.id, `Translate to French: ${text}`));
  if (!sent.ok) return `${text} (not translated: ${sent.error.code})`;
  return sent.value.kind === "reply" ? sent.value.text : `${text} (translation follows)`;
}

await test("has the text translated", async ({ client, translator }) => {
  assert.equal(await translate(client, "Good morning"), "Bonjour");
  assert.deepEqual(
    translator.received.map(({ text }) => text),
    ["Translate to French: Good morning"],
  );
});

await test("waits for a translator that restarts", async ({ platform, client }) => {
  const restarting = { status: 503, body: { error: "restarting", restarting: true } };
  platform.fail("POST /workspaces/:id/a2a", restarting, { times: 2 });
  assert.equal(await translate(client, "Good morning"), "Bonjour");
});

await test("returns the text unchanged when the connection breaks", async ({
  platform,
  client,
  translator,
}) => {
  platform.fail("POST /workspaces/:id/a2a", { kind: "reset" });
  assert.equal(await translate(client, "Good morning"), "Good morning (not translated: network)");
  assert.equal(translator.received.length, 0);
});

await test("does not wait for an answer that comes later", async ({ platform, client }) => {
  platform.fail("POST /workspaces/:id/a2a", { status: 202, body: { queued: true } });
  assert.equal(await translate(client, "Good morning"), "Good morning (translation follows)");
});

interface TestContext {
  platform: TestPlatform;
  client: A2AClient;
  translator: TestWorkspace;
}

/** A new platform for every test; in your own suite this is `beforeEach`. */
async function test(name: string, body: (context: TestContext) => Promise<void>): Promise<void> {
  await using platform = await startPlatform();
  const me = platform.addWorkspace({ name: "Me" });
  const translator = platform.addWorkspace({ name: "Translator", reply: () => "Bonjour" });
  await using client = createA2AClient({
    platformUrl: platform.url,
    workspaceId: me.id,
    token: me.token,
    retry: { baseDelayMs: 10 },
  });
  await body({ platform, client, translator });
  console.log(`ok - ${name}`);
}
