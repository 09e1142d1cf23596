import type { A2AError } from "a2a-peers";
import { createPeerTools, type PeerToolsOptions } from "a2a-peers/tools";
import { describe, expect, it } from "vitest";
import { testClient } from "../helpers/client";

const create = (options?: PeerToolsOptions) => createPeerTools(testClient(), options);
const names = (options?: PeerToolsOptions) => create(options).map(({ name }) => name);

function refusal(options: object): string {
  try {
    create(options as PeerToolsOptions);
  } catch (error) {
    expect(error).toMatchObject({ code: "invalid_argument" });
    return (error as A2AError).message;
  }
  throw new Error("nothing was thrown");
}

describe("the tools of a client", () => {
  it("have strict schemas whose every argument is described and bounded", () => {
    for (const { inputSchema, description, title } of create()) {
      expect(inputSchema).toMatchObject({ type: "object", additionalProperties: false });
      expect(Object.keys(inputSchema.properties)).toEqual(expect.arrayContaining(inputSchema.required));
      for (const property of Object.values(inputSchema.properties)) {
        expect(property.description.length).toBeGreaterThan(20);
        expect(
          property.maxLength ?? property.maximum ?? property.maxItems ?? property.enum?.length,
        ).toBeGreaterThan(0);
      }
      expect(description.length).toBeGreaterThan(100);
      expect(title).not.toBe("");
    }
  });

  it("are JSON but for the function that runs them", () => {
    const [{ run: _, ...shown } = { run: undefined }] = create();
    expect(JSON.parse(JSON.stringify(shown))).toEqual(shown);
  });

  it("are a copy of their own: a host may change them", () => {
    const [first] = create();
    if (first !== undefined) first.inputSchema.properties.query = { type: "string", description: "" };
    expect(create()[0]?.inputSchema.properties.query?.description).not.toBe("");
  });

  it("are those that are included, in their usual order, without those that are excluded", () => {
    expect(names({ include: ["delegate_task", "list_peers"] })).toEqual(["list_peers", "delegate_task"]);
    expect(names({ exclude: ["delegate_task", "inbox_pop"] })).not.toContain("delegate_task");
    expect(names({ include: ["list_peers"], exclude: ["list_peers"] })).toEqual([]);
  });

  it.each<[object, string]>([
    [
      { include: ["delegate_tsk"] },
      "There is no tool 'delegate_tsk' for `include`. Did you mean delegate_task?",
    ],
    [{ exclude: ["x"] }, "There is no tool 'x' for `exclude`. The tools are list_peers, "],
    [{ include: "list_peers" }, "Expected `include` to be a list of names of tools, got 'list_peers'."],
    [{ include: ["inbox_pop"] }, "The tool inbox_pop in `include` needs the option `inbox`."],
    [{ inboxes: [] }, "There is no option `inboxes`. Did you mean `inbox`?"],
  ])("refuse wrong options: %j", (options, message) => {
    expect(refusal(options)).toContain(message);
  });

  it("never reject, whatever they are given", async () => {
    const hostile = {
      get query(): string {
        throw new Error("no");
      },
    };
    const client = testClient();
    const tools = createPeerTools(client);
    await client.close();
    for (const { run } of tools) {
      for (const input of [hostile, null, undefined, 7, [], () => {}, Symbol("x"), { task: { a: 1 } }]) {
        const result = await run(input, { signal: {} as AbortSignal });
        expect(result).toMatchObject({ text: expect.stringMatching(/\S/), isError: true });
      }
    }
  });

  it("need a client of this package", () => {
    expect(() => createPeerTools({} as never)).toThrow("Expected a client made by createA2AClient");
  });
});
