// Sends with the built package while the timers of the host are fake, and stand still.
import { pathToFileURL } from "node:url";
import { afterEach, expect, it, vi } from "vitest";

const load = (entry) => import(`${pathToFileURL(process.env.A2A_PEERS_DIST)}/${entry}.js`);

afterEach(() => vi.useRealTimers());

it.each(["before", "after"])("sends when the timers are replaced %s the import", async (when) => {
  vi.resetModules();
  if (when === "before") vi.useFakeTimers();
  const { createA2AClient } = await load("index");
  const { startPlatform } = await load("testing");
  if (when === "after") vi.useFakeTimers();
  const platform = await startPlatform();
  const me = platform.addWorkspace();
  const peer = platform.addWorkspace({ reply: ({ text }) => `echo ${text}` });
  const client = createA2AClient({ platformUrl: platform.url, workspaceId: me.id, token: me.token });
  expect((await client.sendA2AMessage(peer.id, "hello")).text).toBe("echo hello");
  await client.close();
  await platform.close();
});
