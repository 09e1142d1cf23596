import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../../src/cli/command-table";
import { startWithWorkspace, TOKEN } from "../helpers/platform";

/** How each command that talks to a platform is called. */
const CALLS: Readonly<Record<string, readonly string[]>> = {
  doctor: ["--active"],
  peers: [],
  discover: ["Writer"],
  send: ["Writer", "hello"],
  delegate: ["Writer", "hello", "--wait", "--timeout", "500ms"],
  delegations: [],
  inbox: [],
  notify: ["hello"],
  register: ["--name", "Me"],
  heartbeat: ["--once"],
};

describe("the token", () => {
  it("is tested below for every command that uses one", () => {
    const without = ["platform", "conformance", "demo", "mcp"];
    expect(
      COMMANDS.map(({ name }) => name)
        .filter((name) => !without.includes(name))
        .sort(),
    ).toEqual(Object.keys(CALLS).sort());
  });

  it.each(Object.entries(CALLS))(
    "appears nowhere in what %s prints, whatever the platform answers",
    async (name, args) => {
      await using set = await startWithWorkspace();
      set.platform.addWorkspace({ name: "Writer", reply: ({ body }) => JSON.stringify(body) });
      const wrong = { env: { MOLECULE_WORKSPACE_TOKEN: `wrong-${TOKEN}` } };
      const body = { error: `refused: Bearer ${TOKEN}` };
      const runs = [];
      for (const flags of [[], ["--json"]]) {
        runs.push(await set.run([name, ...args, ...flags]));
        runs.push(await set.run([name, ...args, ...flags], wrong));
      }
      for (const route of ["GET /*", "POST /*"]) set.platform.fail(route, { status: 400, body });
      runs.push(await set.run([name, ...args]), await set.run([name, ...args, "--json"]));
      for (const { stdout, stderr } of runs) expect(stdout + stderr).not.toContain(TOKEN);
    },
  );
});
