import { createPeerTools, type PeerTool, type ToolName } from "a2a-peers/tools";
import { describe, expect, it } from "vitest";
import { testClient } from "../helpers/client";
import { PEER } from "../helpers/ids";

/** What a tool answers to arguments that it refuses before it sends anything. */
async function refusal(name: ToolName, input: unknown): Promise<string> {
  const tool = createPeerTools(testClient()).find((each) => each.name === name) as PeerTool;
  const { text, isError } = await tool.run(input);
  expect(isError).toBe(true);
  expect(text).toMatch(new RegExp(`^\\[A2A_ERROR\\] .*call ${name} again\\.$`));
  return text.replace("[A2A_ERROR] ", "").replace(/ Nothing was done: .*$/, "");
}

describe("wrong arguments of a tool", () => {
  it.each<[string, ToolName, unknown, string]>([
    [
      "a name with a typing error",
      "delegate_task",
      { workspace_id: PEER, task: "x", source_workspce_id: PEER },
      "There is no argument `source_workspce_id`. Did you mean `source_workspace_id`?",
    ],
    [
      "a name that does not exist",
      "list_peers",
      { filter: "x" },
      "There is no argument `filter`. The arguments are `query`, `source_workspace_id`.",
    ],
    [
      "a name of the language's own",
      "list_peers",
      JSON.parse('{"__proto__": 1, "query": "x"}'),
      "There is no argument `__proto__`. The arguments are `query`, `source_workspace_id`.",
    ],
    ["a number for text", "list_peers", { query: 7 }, "`query` has to be text, got 7."],
    [
      "too long a text",
      "list_peers",
      { query: "x".repeat(201) },
      "`query` is too long: at most 200 characters, got 201.",
    ],
    ["no object", "list_peers", "query", "The arguments have to be a JSON object, got 'query'."],
    ["a list", "list_peers", ["x"], "The arguments have to be a JSON object, got an array."],
  ])("are told: %s", async (_what, name, input, text) => {
    expect(await refusal(name, input)).toBe(text);
  });

  it.each([{}, { task: null }, { task: "  " }])("are told where one is missing: %j", async (given) => {
    expect(await refusal("delegate_task", { workspace_id: PEER, ...given })).toMatch(
      /^`task` is missing: What the peer is to do/,
    );
  });

  it("are told all at once", async () => {
    const text = await refusal("delegate_task", { workspce_id: PEER, prompt: "x" });
    expect(text).toContain("`workspace_id`?");
    expect(text).toContain("`prompt`");
    expect(text).toContain("`task` is missing");
  });

  it("are told where text has not the right form", async () => {
    const input = { workspace_id: PEER, task: "x", idempotency_key: "two words" };
    expect(await refusal("delegate_task_async", input)).toMatch(
      /^`idempotency_key` does not have the right form, got 'two words': /,
    );
  });
});
