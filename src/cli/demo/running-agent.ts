import type { TestPlatform, TestWorkspace } from "a2a-peers/testing";

/** An A2A agent on loopback, with its workspace. */
export interface RunningAgent extends AsyncDisposable {
  readonly workspace: TestWorkspace;
  readonly url: string;
}

type StartAgent = (platform: TestPlatform, parentId: string) => Promise<RunningAgent>;

/** How the two agents of the demo are started. */
export interface DemoAgents {
  /** What they are built with, for people. */
  readonly builtWith: string;
  /** Replies to a question with a plain message. */
  readonly startResearchLead: StartAgent;
  /** Replies to a task with a summary and a file. */
  readonly startReportWriter: StartAgent;
}

export const RESEARCH_LEAD = { name: "Research Lead", role: "looks things up", delayMs: 400 } as const;
export const REPORT_WRITER = {
  name: "Report Writer",
  role: "turns notes into reports",
  delayMs: 900,
} as const;

/** What the research lead knows. */
export function lookUp(question: string): string {
  if (/\bwho\b/i.test(question)) return "Steve Crocker, then a graduate student at UCLA.";
  if (/stand for/.test(question)) return "Request for Comments.";
  return "RFC 1, “Host Software”, is dated 7 April 1969.";
}

export const REPORT_SUMMARY = "One page on RFC 1: what it is, when it was written, and why it matters.";
export const REPORT = "# RFC 1\n\n“Host Software”, 7 April 1969: the first of the Requests for Comments.\n";
