import type { Facts } from "../facts";
import { blocked, type Finding, ok, warning } from "../finding";
import { ProbeError } from "../probe";

/** Whether the platform streams the events of the workspace, by which an inbox reads at once. */
export async function checkEvents({ probe, workspaceId, isTokenAccepted }: Facts): Promise<Finding> {
  if (probe === undefined || isTokenAccepted !== true)
    return blocked("It is opened once the token is accepted.");
  const without = "Messages are still read, but only every few seconds.";
  try {
    const { status, text } = await probe(`/workspaces/${workspaceId}/events/stream`, { firstBytes: true });
    if (status === 200 && text.startsWith(":")) return ok("It opens.");
    return warning(`The platform answers ${status} instead of the stream. ${without}`);
  } catch (error) {
    if (!(error instanceof ProbeError)) throw error;
    return warning(
      `It does not open: ${error.message}. Something in front of the platform may hold it back. ${without}`,
    );
  }
}
