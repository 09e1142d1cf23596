import { quoteForShell } from "../../shell";
import type { Facts } from "../facts";
import { blocked, broken, type Finding, ok, skipped, warning } from "../finding";
import { ProbeError, type ProbeResponse } from "../probe";
import { findUnusedProxy } from "../proxy";

/** Whether a platform answers at the URL. */
export async function checkPlatform(facts: Facts): Promise<Finding> {
  const { probe, platformUrl = "" } = facts;
  if (probe === undefined) return blocked("It is tried once the environment is right.");
  let health: ProbeResponse;
  try {
    health = await probe("/health");
  } catch (error) {
    if (!(error instanceof ProbeError)) throw error;
    const proxy = findUnusedProxy(facts, platformUrl);
    if (proxy !== undefined) {
      return broken(
        `${platformUrl} does not answer: ${error.message}. ${proxy} names a proxy, which Node follows from 22.21 and 24.5 on, when told to.`,
        "export NODE_USE_ENV_PROXY=1",
      );
    }
    return broken(
      `${platformUrl} does not answer: ${error.message}.`,
      `curl -v ${quoteForShell(`${platformUrl}/health`)}`,
    );
  }
  const { status, elapsedMs, headers, text, json } = health;
  if (status === 429) {
    facts.health = health;
    return ok(`${platformUrl} answers, in ${elapsedMs} ms.`);
  }
  const location = headers.get("location");
  if (location !== null && status >= 300 && status < 400 && URL.canParse(location, platformUrl)) {
    const { origin } = new URL(location, platformUrl);
    return broken(
      `${platformUrl} redirects to ${origin}; redirects are not followed.`,
      `export PLATFORM_URL=${quoteForShell(origin)}`,
    );
  }
  if (status === 200 && (json as { status?: unknown } | undefined)?.status === "ok") {
    facts.health = health;
    return ok(`${platformUrl} answers, in ${elapsedMs} ms.`);
  }
  const isPage = /^\s*<(!doctype|html)/i.test(text);
  return broken(
    isPage
      ? `${platformUrl} answers with a web page (${status}): it is another server, or a page in front of the platform.`
      : `${platformUrl} answers ${status} to /health, and not as a platform does.`,
    "export PLATFORM_URL=https://<host of the platform>",
  );
}

/** Which release it is, as far as it shows. */
export async function checkRelease({ isTokenAccepted, hasInboxes }: Facts): Promise<Finding> {
  if (isTokenAccepted !== true) return blocked("It shows once the token is accepted.");
  return hasInboxes
    ? ok("It is that of May 2026 or later: it keeps messages for workspaces in poll mode.")
    : ok("It is that of April 2026: without poll mode, a workspace needs a URL to get messages.");
}

/** Five minutes: the inbox looks back ten, and tokens of gateways are often checked against less. */
const TOLERATED_MS = 300_000;

/** How far the clocks of the platform and of this machine are apart. */
export async function checkClock({ health }: Facts): Promise<Finding> {
  const at = Date.parse(health?.headers.get("date") ?? "");
  if (Number.isNaN(at)) return blocked("It is compared once the platform answers.");
  const differenceMs = Date.now() - at;
  const seconds = Math.round(Math.abs(differenceMs) / 1000);
  // The platform states whole seconds, and its answer takes a while.
  if (seconds <= 5) return ok("This machine and the platform have the same time.");
  const text = `This machine is ${formatSeconds(seconds)} ${differenceMs > 0 ? "ahead of" : "behind"} the platform.`;
  return Math.abs(differenceMs) < TOLERATED_MS ? ok(text) : warning(text, "sudo timedatectl set-ntp true");
}

const formatSeconds = (seconds: number): string =>
  seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;

/** How many requests this address may still make. */
export async function checkRateLimit({ health }: Facts): Promise<Finding> {
  if (health === undefined) return blocked("It shows once the platform answers.");
  const [limit, remaining, reset] = ["limit", "remaining", "reset"].map((name) =>
    health.headers.get(`x-ratelimit-${name}`),
  );
  if (limit === "unlimited") return ok("There is no limit.");
  const wait = Number(health.headers.get("retry-after") ?? reset ?? 60);
  if (health.status === 429) {
    return broken(
      `The ${limit ?? "allowed"} requests that this address may make in a minute are used up; others are refused for ${wait} s. All agents behind one address share the limit.`,
      `sleep ${wait}; a2a-peers doctor`,
    );
  }
  if (limit == null || remaining == null) return skipped("The platform does not state it.");
  const text = `${remaining} of ${limit} requests are left for this minute.`;
  return Number(remaining) >= Number(limit) / 10
    ? ok(text)
    : warning(`${text} All agents behind one address share the limit.`, `sleep ${wait}; a2a-peers doctor`);
}
