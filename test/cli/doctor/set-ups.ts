import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type PlatformOptions, startPlatform } from "a2a-peers/testing";

export const ID = "11111111-1111-4111-8111-111111111111";
export const TOKEN = "a-token-of-this-workspace";

/** The configuration folder of the agent. */
export const folder = () => process.env.CONFIGS_DIR ?? "";

/** The environment of an agent whose set-up is right. */
export const environmentOf = ({ url }: { url: string }) => ({
  PLATFORM_URL: url,
  WORKSPACE_ID: ID,
  MOLECULE_WORKSPACE_TOKEN: TOKEN,
});

/** A platform with the workspace, in poll mode, and one peer. */
export async function startWithAgent(options: PlatformOptions = {}) {
  const platform = await startPlatform(options);
  const agent = platform.addWorkspace({ id: ID, name: "Agent", token: TOKEN, deliveryMode: "poll" });
  platform.addWorkspace({ name: "Writer", reply: ({ text }) => text });
  return { platform, agent, [Symbol.asyncDispose]: platform.close };
}

type WithAgent = Awaited<ReturnType<typeof startWithAgent>>;
export type Environment = Readonly<Record<string, string | undefined>>;

interface SetUp {
  name: string;
  options?: PlatformOptions;
  /** Breaks the set-up. Returns what the environment has instead. */
  arrange?: (set: WithAgent) => unknown;
}

/** Right and wrong set-ups, by the names of their transcripts. */
export const SET_UPS: readonly SetUp[] = [
  { name: "all is well" },
  { name: "no scheme in the URL", arrange: () => ({ PLATFORM_URL: "localhost:8080" }) },
  { name: "a name for the id", arrange: () => ({ WORKSPACE_ID: "Agent" }) },
  {
    name: "several workspaces",
    arrange: () => ({
      WORKSPACE_ID: undefined,
      MOLECULE_WORKSPACE_TOKEN: undefined,
      MOLECULE_WORKSPACES: JSON.stringify([
        { id: ID, token: TOKEN },
        { id: "22222222-2222-4222-8222-222222222222" },
      ]),
    }),
  },
  {
    name: "the lists of a host",
    arrange: () => ({
      WORKSPACE_ID: undefined,
      MOLECULE_WORKSPACE_TOKEN: undefined,
      MOLECULE_WORKSPACE_IDS: ID,
      MOLECULE_WORKSPACE_TOKENS: TOKEN,
    }),
  },
  {
    name: "lists that do not match",
    arrange: () => ({
      WORKSPACE_ID: undefined,
      MOLECULE_WORKSPACE_TOKEN: undefined,
      MOLECULE_WORKSPACE_IDS: `${ID}, ${ID}`,
      MOLECULE_WORKSPACE_TOKENS: TOKEN,
    }),
  },
  { name: "no id", arrange: () => ({ WORKSPACE_ID: undefined }) },
  { name: "a wrong token", arrange: () => ({ MOLECULE_WORKSPACE_TOKEN: "wrong" }) },
  { name: "a token with a blank", arrange: () => ({ MOLECULE_WORKSPACE_TOKEN: "Bearer wrong" }) },
  { name: "no token", arrange: () => ({ MOLECULE_WORKSPACE_TOKEN: undefined }) },
  {
    name: "a token file that cannot be read",
    async arrange() {
      await mkdir(join(folder(), ".auth_token"), { recursive: true, mode: 0o700 });
      return { MOLECULE_WORKSPACE_TOKEN: undefined };
    },
  },
  {
    name: "a token that others can read",
    async arrange() {
      await mkdir(folder(), { recursive: true });
      await writeFile(join(folder(), ".auth_token"), TOKEN);
      await chmod(join(folder(), ".auth_token"), 0o644);
      await chmod(folder(), 0o755);
      return { MOLECULE_WORKSPACE_TOKEN: undefined };
    },
  },
  {
    name: "an unregistered workspace",
    arrange: () => ({ WORKSPACE_ID: "22222222-2222-4222-8222-222222222222" }),
  },
  { name: "a removed workspace", arrange: ({ agent }) => agent.setStatus("removed") },
  { name: "a paused workspace", arrange: ({ agent }) => agent.pause() },
  { name: "an agent that does not beat", arrange: ({ agent }) => agent.setStatus("awaiting_agent") },
  {
    name: "poll mode without an inbox",
    arrange({ agent }) {
      agent.addActivityRow({ created_at: new Date(Date.now() - 300_000).toISOString() });
    },
  },
  { name: "the release of April without a URL", options: { version: "2026-04" } },
  {
    name: "no organisation",
    arrange({ platform }) {
      platform.fail("GET /workspaces/:id", { status: 404 });
      platform.fail("GET /workspaces/:id/activity", { status: 404 });
    },
  },
  {
    name: "a card with another URL",
    arrange({ agent, platform }) {
      agent.setUrl("http://127.0.0.1:40000");
      const card = { name: "Agent", url: "https://agent.example.com" };
      platform.fail(`GET /workspaces/:id`, {
        status: 200,
        body: {
          id: agent.id,
          name: "Agent",
          status: "online",
          url: "http://127.0.0.1:40000",
          agent_card: card,
        },
      });
    },
  },
  {
    name: "no event stream",
    arrange: ({ platform }) => platform.fail("GET /workspaces/:id/events/stream", { status: 404, body: {} }),
  },
];
