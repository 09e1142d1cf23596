import { toCommandWords } from "../command-words";
import { toLine } from "../output";
import { checkEnvironment } from "./checks/environment";
import { checkEvents } from "./checks/events";
import { checkFolder } from "./checks/folder";
import { checkHeartbeat } from "./checks/heartbeat";
import { checkInbox, checkMessage } from "./checks/inbox";
import { checkPeers } from "./checks/peers";
import { checkClock, checkPlatform, checkRateLimit, checkRelease } from "./checks/platform";
import { checkRegistration } from "./checks/registration";
import { checkAccepted, checkToken } from "./checks/token";
import type { Facts } from "./facts";
import type { Finding, Verdict } from "./finding";

/** A check with what it has found. */
export interface Result extends Finding {
  readonly id: string;
  readonly title: string;
}

interface Check {
  readonly id: string;
  readonly title: string;
  run(facts: Facts): Promise<Finding>;
}

/** In this order: each uses what those before it have found out. */
const CHECKS: readonly Check[] = [
  { id: "environment", title: "Environment", run: checkEnvironment },
  { id: "folder", title: "Folder", run: checkFolder },
  { id: "token", title: "Token", run: checkToken },
  { id: "platform", title: "Platform", run: checkPlatform },
  { id: "clock", title: "Clock", run: checkClock },
  { id: "rate-limit", title: "Rate limit", run: checkRateLimit },
  { id: "accepted", title: "Token accepted", run: checkAccepted },
  { id: "release", title: "Release", run: checkRelease },
  { id: "registration", title: "Registration", run: checkRegistration },
  { id: "peers", title: "Peers", run: checkPeers },
  { id: "heartbeat", title: "Heartbeat", run: checkHeartbeat },
  { id: "inbox", title: "Inbox", run: checkInbox },
  { id: "message", title: "Message", run: checkMessage },
  { id: "events", title: "Event stream", run: checkEvents },
];

/** Runs every check and reports each as soon as it is known. Texts never contain the token. */
export async function runChecks(facts: Facts, report: (result: Result) => void): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const { id, title, run } of CHECKS) {
    const { reason, mend, ...finding } = await run(facts);
    const result = {
      id,
      title,
      ...finding,
      reason: toLine(toCommandWords(redact(reason, facts))),
      ...(mend !== undefined && { mend: redact(mend, facts) }),
    };
    results.push(result);
    report(result);
  }
  return results;
}

/** A server may repeat in its answer what it was sent. */
const redact = (text: string, { token }: Facts): string =>
  token === undefined || token === "" ? text : text.replaceAll(token, "[token]");

export function countVerdicts(results: readonly Result[]): Record<Verdict, number> {
  const counts = { ok: 0, warning: 0, broken: 0, skipped: 0 };
  for (const { verdict } of results) counts[verdict] += 1;
  return counts;
}
