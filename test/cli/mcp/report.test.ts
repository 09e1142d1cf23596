import { describe, expect, it } from "vitest";
import { createReport } from "../../../src/cli/mcp/report";
import { A2AError } from "../../../src/errors";

const workspaceId = "11111111-1111-4111-8111-111111111111";

function reportInto(lines: string[]) {
  const stderr = { write: (text: string) => lines.push(text) };
  return createReport({ stderr, stdout: stderr, env: {} } as never);
}

describe("the log of an MCP server", () => {
  it("says once that the token is refused and what to do, and again when it is refused anew", () => {
    const lines: string[] = [];
    const report = reportInto(lines);
    const refused = (consecutive: number) =>
      report.event({ type: "heartbeat.unauthorized", workspaceId, consecutive, reason: "no" });
    const overdue = { workspaceId, silentMs: 60_000, reason: "no" } as const;
    report.event({ type: "heartbeat.overdue", code: "unauthorized", ...overdue });
    refused(3);
    refused(20);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/refused the token three times in a row: .* Get a new token [^\n]*\n$/);
    report.event({ type: "heartbeat.sent", workspaceId, elapsedMs: 1 });
    refused(3);
    expect(lines).toHaveLength(2);
    report.event({ type: "heartbeat.overdue", code: "network", ...overdue });
    expect(lines[2]).toMatch(/workspace \S+: No beat was taken for 60 s, [^\n]*: no\.\n$/);
  });

  it("leaves out what asks for nothing", () => {
    const lines: string[] = [];
    const report = reportInto(lines);
    report.event({ type: "inbox.acknowledged", workspaceId, id: "a" });
    const failed = { workspaceId, consecutive: 1, code: "network", reason: "away" } as const;
    report.event({ type: "heartbeat.failed", ...failed });
    expect(lines).toEqual([]);
  });

  it("says whether a registration is tried again, on one line", () => {
    const lines: string[] = [];
    const report = reportInto(lines);
    const error = new A2AError({ code: "network", message: "Away.\nReally." });
    report.registrationFailed(workspaceId, error, true);
    report.registrationFailed(workspaceId, error, false);
    expect(lines.join("")).toMatch(
      /^[^\n]*Away\. Really\. [^\n]*tried again until[^\n]*\n[^\n]*not tried again[^\n]*\n$/,
    );
  });
});
