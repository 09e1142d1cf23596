import { describe, expect, it } from "vitest";
import { startTools } from "./helpers";

describe("list_peers and delegate_task", () => {
  it("find a peer and bring its answer", async () => {
    const { addPeer, tools } = await startTools();
    const poet = addPeer({ name: "Poet", role: "writes verse", reply: ({ text }) => `You said: ${text}` });
    const call = tools();
    expect((await call("list_peers")).text).toBe(
      `1 peer:\n- Poet (workspace_id: ${poet.id}; role: writes verse; status: online)`,
    );
    const result = await call("delegate_task", { workspace_id: poet.id, task: "A line." });
    expect(result).toMatchObject({ text: "You said: A line.", isError: false, data: { kind: "reply" } });
  });

  it("suggest the peer whose name was given in place of its id", async () => {
    const { addPeer, tools } = await startTools();
    const poet = addPeer({ name: "Poet" });
    const result = await tools()("delegate_task", { workspace_id: "poet", task: "A line." });
    expect(result.isError).toBe(true);
    expect(result.text).toContain(`known under this name: peer "Poet" (${poet.id})`);
  });
});
