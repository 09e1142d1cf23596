// The AI SDK with the tools of a peer client. A script takes the place of the model, so that it runs without a key:
// with a real one, `model` is all that changes.
//
//   npx tsx examples/ai-sdk.ts                  on an embedded platform, started for you

import { createA2AClient } from "a2a-peers";
import { startPlatform } from "a2a-peers/testing";
import { createPeerTools, toAISDKTools } from "a2a-peers/tools";
import { generateText, stepCountIs } from "ai";
import { MockLanguageModelV3 } from "ai/test";

await using platform = await startPlatform();
const me = platform.addWorkspace({ name: "Me" });
const poet = platform.addWorkspace({ name: "Poet", reply: () => "Roses are red, sockets are blue." });
await using client = createA2AClient({ platformUrl: platform.url, workspaceId: me.id, token: me.token });

const { text, steps } = await generateText({
  model: scriptedModel(),
  tools: toAISDKTools(createPeerTools(client)),
  stopWhen: stepCountIs(5),
  prompt: "Get a line about networks from a peer that writes verse.",
});
for (const { toolName } of steps.flatMap(({ toolCalls }) => toolCalls)) console.log(`called ${toolName}`);
console.log(text);

/** Calls `list_peers`, then `delegate_task`, and ends with the result of the last call. */
function scriptedModel() {
  const calls = [
    ["list_peers", {}],
    ["delegate_task", { workspace_id: poet.id, task: "A line about networks, please." }],
  ] as const;
  const usage = {
    inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 1, text: 1, reasoning: 0 },
  };
  let step = 0;
  return new MockLanguageModelV3({
    async doGenerate({ prompt }) {
      const last = prompt.at(-1);
      const [result] = last?.role === "tool" ? last.content : [];
      const said = result?.type === "tool-result" && result.output.type === "text" ? result.output.value : "";
      const [toolName, input] = calls[step] ?? [];
      step += 1;
      const ended = { usage, warnings: [], finishReason: { unified: "stop" as const, raw: undefined } };
      if (toolName === undefined) {
        return { ...ended, content: [{ type: "text", text: `The poet says: ${said}` }] };
      }
      const call = { toolCallId: String(step), toolName, input: JSON.stringify(input) };
      return { ...ended, content: [{ type: "tool-call", ...call }] };
    },
  });
}
