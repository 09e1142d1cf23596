import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createTranscript } from "../../../src/cli/demo/transcript";

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A terminal that records its output. */
function terminal(columns = 80) {
  const written: string[] = [];
  const sink = { isTTY: true, columns, write: (text: string) => written.push(text) };
  return { sink, text: () => written.join("") };
}

const FAILED = {
  type: "attempt.failed",
  attempt: 1,
  code: "peer_unavailable",
  status: 503,
  delivery: "not-sent",
} as const;

describe("the text transcript on a terminal", () => {
  test("counts down to the next attempt and removes the line on close", async () => {
    vi.stubEnv("NO_COLOR", "1");
    const { sink, text } = terminal();
    const transcript = createTranscript("text", sink);

    transcript.emit({ ...FAILED, retryInMs: 150 });
    await sleep(400);
    transcript.close();

    expect(text()).toContain("attempt 2 in 0.1 s");
    expect(text()).toContain("attempt 2 … 0.");
    expect(text()).toMatch(/\r +\r$/);
  });

  test("uses colour unless NO_COLOR is set", () => {
    vi.stubEnv("NO_COLOR", "");
    const coloured = terminal();
    createTranscript("text", coloured.sink).emit({ type: "surprise", scene: "busy", reason: "no" });
    expect(coloured.text()).toBe("   \u001b[31mSurprise: no\u001b[39m\n");

    vi.stubEnv("NO_COLOR", "1");
    const plain = terminal();
    createTranscript("text", plain.sink).emit({ type: "surprise", scene: "busy", reason: "no" });
    expect(plain.text()).toBe("   Surprise: no\n");
  });

  test("wraps at the width of the terminal", () => {
    vi.stubEnv("NO_COLOR", "1");
    const { sink, text } = terminal(60);
    const transcript = createTranscript("text", sink);

    transcript.emit({
      type: "refused",
      code: "access_denied",
      message: "word ".repeat(60).trim(),
      attempts: 1,
      elapsedMs: 5,
    });

    const lines = text().trimEnd().split("\n");
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(60);
    expect(lines.at(-1)).toBe("   → access_denied after 1 attempt, 5 ms");
  });

  test("prints the first paragraph of a wake-up message, and an ellipsis", () => {
    vi.stubEnv("NO_COLOR", "1");
    const { sink, text } = terminal(60);
    const transcript = createTranscript("text", sink);

    transcript.emit({
      type: "agent.woken",
      agent: "Editor",
      text: "Delegation results are ready. Review them and take appropriate action:\n- one\n\nRead them in a file.",
    });

    expect(text().split("\n")).toEqual([
      "",
      "   The wake-up message for the agent of Editor, from its own",
      "   runtime:",
      "   │ Delegation results are ready. Review them and take",
      "   │ appropriate action:",
      "   │ - one",
      "   │ …",
      "",
      "",
    ]);
  });

  test("prints a short wake-up message as a whole", () => {
    vi.stubEnv("NO_COLOR", "1");
    const { sink, text } = terminal();

    createTranscript("text", sink).emit({ type: "agent.woken", agent: "Editor", text: "Wake up!" });

    expect(text()).toContain("│ Wake up!\n");
    expect(text()).not.toContain("…");
  });

  test("prints one beat in the singular, and the elapsed time until the result", () => {
    vi.stubEnv("NO_COLOR", "1");
    const { sink, text } = terminal();
    const transcript = createTranscript("text", sink);

    transcript.emit({ type: "heartbeat.beating", beats: 1 });
    expect(text()).toContain("   Heartbeat      1 beat so far\n");
    expect(text()).toContain("waiting for the result … 0.0 s");

    transcript.emit({ type: "result.delivered", beat: 2 });
    expect(text()).toMatch(/\r +\r +beat 2 delivers the result\n$/);
  });
});
