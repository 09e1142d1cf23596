import { describe, expect, it } from "vitest";
import { startWithWorkspace } from "../helpers/platform";
import { run } from "../helpers/run";

describe("platform", () => {
  it("prints an environment with which the other commands work, and ends at Ctrl-C", async () => {
    const controller = new AbortController();
    let printed = "";
    let announce: () => void = () => {};
    const isUp = new Promise<void>((resolve) => {
      announce = resolve;
    });
    const running = run(["platform", "--workspace", "Alice", "--echo", "Echo"], {
      signal: controller.signal,
      onStdout: (text) => {
        printed += text;
      },
      onStderr: (text) => text.includes("until Ctrl-C") && announce(),
    });
    await isUp;
    expect(printed).toMatch(
      /^# Alice\nexport PLATFORM_URL=.*\nexport WORKSPACE_ID=.*\nexport MOLECULE_WORKSPACE_TOKEN=.*\n\n?$/,
    );
    const env = Object.fromEntries(
      [...printed.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
    );
    expect(await run(["send", "Echo", "hello"], { env })).toEqual({ code: 0, stdout: "hello\n", stderr: "" });
    controller.abort(new Error("SIGINT"));
    expect((await running).code).toBe(0);
  });

  it("says that a port is taken", async () => {
    await using set = await startWithWorkspace();
    const { port } = new URL(set.platform.url);
    const { code, stderr } = await run(["platform", "--port", port]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `error: Port ${port} is taken: choose another one with --port, or leave it out for a free one\n`,
    });
  });
});
