import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createTranscript } from "../../examples/demo/transcript";

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A terminal that keeps what was written to it. */
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
  test("counts down to the next attempt and takes the line away when something is told", async () => {
    vi.stubEnv("NO_COLOR", "1");
    const { sink, text } = terminal();
    const transcript = createTranscript("text", sink);

    transcript.tell({ ...FAILED, retryInMs: 150 });
    await sleep(400);
    transcript.close();

    expect(text()).toContain("attempt 2 in 0.1 s");
    expect(text()).toContain("attempt 2 … 0.");
    expect(text()).toMatch(/\r +\r$/);
  });

  test("is in colour unless NO_COLOR is set", () => {
    vi.stubEnv("NO_COLOR", "");
    const coloured = terminal();
    createTranscript("text", coloured.sink).tell({ type: "surprise", scene: "busy", reason: "no" });
    expect(coloured.text()).toBe("   \u001b[31mSurprise: no\u001b[39m\n");

    vi.stubEnv("NO_COLOR", "1");
    const plain = terminal();
    createTranscript("text", plain.sink).tell({ type: "surprise", scene: "busy", reason: "no" });
    expect(plain.text()).toBe("   Surprise: no\n");
  });

  test("keeps to the width of the terminal", () => {
    vi.stubEnv("NO_COLOR", "1");
    const { sink, text } = terminal(60);
    const transcript = createTranscript("text", sink);

    transcript.tell({
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

  test("shows of the message that wakes the agent its first paragraph, and that there is more", () => {
    vi.stubEnv("NO_COLOR", "1");
    const { sink, text } = terminal(60);
    const transcript = createTranscript("text", sink);

    transcript.tell({
      type: "agent.woken",
      agent: "Editor",
      text: "Delegation results are ready. Review them and take appropriate action:\n- one\n\nRead them in a file.",
    });

    expect(text().split("\n")).toEqual([
      "",
      "   What wakes the agent of Editor, a message from its own",
      "   runtime:",
      "   │ Delegation results are ready. Review them and take",
      "   │ appropriate action:",
      "   │ - one",
      "   │ …",
      "",
      "",
    ]);
  });

  test("shows a short message that wakes the agent whole", () => {
    vi.stubEnv("NO_COLOR", "1");
    const { sink, text } = terminal();

    createTranscript("text", sink).tell({ type: "agent.woken", agent: "Editor", text: "Wake up!" });

    expect(text()).toContain("│ Wake up!\n");
    expect(text()).not.toContain("…");
  });

  test("counts one beat as one, and up while the result is awaited", () => {
    vi.stubEnv("NO_COLOR", "1");
    const { sink, text } = terminal();
    const transcript = createTranscript("text", sink);

    transcript.tell({ type: "heartbeat.beating", beats: 1 });
    expect(text()).toContain("   Heartbeat      1 beat meanwhile\n");
    expect(text()).toContain("waiting for the result … 0.0 s");

    transcript.tell({ type: "result.delivered", beat: 2 });
    expect(text()).toMatch(/\r +\r +beat 2 brings the result home\n$/);
  });
});
