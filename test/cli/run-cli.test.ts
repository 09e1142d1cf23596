import { describe, expect, it } from "vitest";
import { version } from "../../package.json";
import { COMMANDS } from "../../src/cli/command-table";
import { run } from "./helpers/run";

describe("the command", () => {
  it("prints its version", async () => {
    expect(await run(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  it("prints every command, the exit codes and examples in its help, on 80 columns", async () => {
    const { code, stdout, stderr } = await run(["--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const { name, summary } of COMMANDS)
      expect(stdout).toMatch(new RegExp(`^  ${name} .*${summary}`, "m"));
    expect(stdout).toContain("Exit codes:");
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  it.each(COMMANDS.map(({ name }) => name))(
    "prints the help of %s with an example, on 80 columns",
    async (name) => {
      const { code, stdout } = await run([name, "--help"]);
      expect(code).toBe(0);
      expect(stdout).toContain(`$ a2a-peers ${name}`);
      expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
      expect((await run(["help", name])).stdout).toBe(stdout);
    },
  );

  it.each([
    [["pers"], "error: unknown command 'pers' (Did you mean peers?); see `a2a-peers --help`\n"],
    [
      ["peers", "--jsn"],
      "error: unknown option '--jsn' (Did you mean --json?); see `a2a-peers peers --help`\n",
    ],
    [
      ["send", "Writer", "hello", "--timeout", "soon"],
      "error: option '--timeout <duration>' argument 'soon' is invalid. Expected a duration such as 30s, 10m or 500ms; see `a2a-peers send --help`\n",
    ],
    [
      ["heartbeat", "--once", "--interval", "9s"],
      "error: option '--once' cannot be used with option '--interval <duration>'; see `a2a-peers heartbeat --help`\n",
    ],
    [
      ["delegate", "Writer", "x", "--timeout", "9s"],
      "error: --timeout needs --wait; see `a2a-peers delegate --help`\n",
    ],
    [
      ["delegations", "x", "--timeout", "9s"],
      "error: --timeout needs --wait; see `a2a-peers delegations --help`\n",
    ],
    [["inbox", "--timeout", "9s"], "error: --timeout needs --take; see `a2a-peers inbox --help`\n"],
    [
      ["inbox", "--take", "--since", "9s"],
      "error: --since is for the list, without --take and --exec; see `a2a-peers inbox --help`\n",
    ],
    [["send", "Writer"], "error: missing required argument 'text'; see `a2a-peers send --help`\n"],
  ])("refuses %j with one line and exit code 2", async (args, stderr) => {
    expect(await run(args)).toEqual({ code: 2, stdout: "", stderr });
  });

  it("prints an error as JSON, too, for a program", async () => {
    const { code, stdout } = await run(["peers", "--json"]);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "configuration", delivery: "not-sent" } });
  });
});
