import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createA2AClient } from "a2a-peers";
import { startPlatform } from "a2a-peers/testing";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createStateFolder } from "../../src/storage/state-folder";
import { fakeMachine } from "../helpers/machine";

const CARD = { name: "me" };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "a2a-peers-state-"));
  vi.stubEnv("CONFIGS_DIR", folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** Two workspaces that have no token yet, each with a client of its own. */
async function twoClients() {
  const platform = await startPlatform();
  const [a, b] = [platform.addWorkspace({ token: null }), platform.addWorkspace({ token: null })];
  const client = (workspaceId: string) => createA2AClient({ platformUrl: platform.url, workspaceId });
  return { platform, a, b, client };
}

it("keeps the tokens of two clients of a process apart, and finds each again", async () => {
  const { platform, a, b, client } = await twoClients();
  for (const { id } of [a, b])
    expect((await client(id).register({ agentCard: CARD })).alreadyRegistered).toBe(false);

  for (const { id } of [a, b]) {
    expect((await client(id).register({ agentCard: CARD })).alreadyRegistered).toBe(true);
    expect((await client(id).listPeers()).diagnostic).toBeNull();
  }
  await platform.close();
});

it("stores the token of a workspace that WORKSPACE_ID does not name where it is read again", async () => {
  const { platform, a, b, client } = await twoClients();
  vi.stubEnv("WORKSPACE_ID", a.id);
  await client(b.id).register({ agentCard: CARD });
  expect((await readFile(join(folder, b.id, ".auth_token"), "utf8")).length).toBe(43);
  expect((await client(b.id).register({ agentCard: CARD })).alreadyRegistered).toBe(true);

  await client(a.id).register({ agentCard: CARD });
  expect((await readFile(join(folder, ".auth_token"), "utf8")).length).toBe(43);
  await platform.close();
});

it("finds the token that the platform put into the root folder", async () => {
  const platform = await startPlatform();
  const { id, token } = platform.addWorkspace();
  await writeFile(join(folder, ".auth_token"), String(token));
  await using client = createA2AClient({ platformUrl: platform.url, workspaceId: id });
  expect((await client.listPeers()).diagnostic).toBeNull();
  await platform.close();
});

it("leaves the root folder to the workspace that owns it, also in another process", async () => {
  const { platform, a, b, client } = await twoClients();
  await client(a.id).register({ agentCard: CARD });
  expect((await readFile(join(folder, ".workspace_id"), "utf8")).trim()).toBe(a.id);
  await platform.close();

  // A process that starts for the other workspace.
  const other = await mkdtemp(join(tmpdir(), "a2a-peers-state-"));
  await writeFile(join(other, ".workspace_id"), `${a.id}\n`);
  const started = createStateFolder(other, b.id, true, fakeMachine());
  started.claim();
  expect(started.path("file")).toBe(join(other, b.id, "file"));
  expect(createStateFolder(other, a.id, false, fakeMachine()).path("file")).toBe(join(other, "file"));
  await rm(other, { recursive: true });
});
