import { PEER, WORKSPACE } from "../ids.mjs";

const { createA2AClient } = await import(`${process.env.A2A_PEERS_DIST}/index.js`);

export function open(platformUrl) {
  const client = createA2AClient({ platformUrl, workspaceId: WORKSPACE, token: "t".repeat(43) });
  return async () => (await client.sendA2AMessage(PEER, "hello")).text;
}
