import type { Facts } from "../facts";
import { blocked, broken, type Finding, ok, warning } from "../finding";

/** Whether there are peers to talk to. */
export async function checkPeers({ client, cli, isTokenAccepted }: Facts): Promise<Finding> {
  if (client === undefined || isTokenAccepted !== true)
    return blocked("They are listed once the token is accepted.");
  const { peers, diagnostic } = await client.listPeers({ signal: cli.signal });
  if (diagnostic !== null && peers.length === 0) return broken(diagnostic.message, "a2a-peers peers");
  if (peers.length === 0) {
    return warning("There are none: on the canvas, give the workspace a parent, a sibling or a child.");
  }
  const online = peers.filter(({ status }) => status === "online" || status === "degraded").length;
  const text = `${peers.length} ${peers.length === 1 ? "peer" : "peers"}, ${online} online.`;
  return online === 0 ? warning(text, "a2a-peers peers") : ok(text);
}
