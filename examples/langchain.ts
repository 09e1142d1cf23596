// LangChain with the tools of a peer client. A script takes the place of the model, so that it runs without a key:
// with a real one, `model` is all that changes.
//
//   npx tsx examples/langchain.ts               on an embedded platform, started for you

import { AIMessage, type BaseMessage, HumanMessage, type ToolMessage } from "@langchain/core/messages";
import { RunnableLambda } from "@langchain/core/runnables";
import { tool } from "@langchain/core/tools";
import { createA2AClient } from "a2a-peers";
import { startPlatform } from "a2a-peers/testing";
import { createPeerTools, toLangChainTool } from "a2a-peers/tools";

await using platform = await startPlatform();
const me = platform.addWorkspace({ name: "Me" });
const poet = platform.addWorkspace({ name: "Poet", reply: () => "Roses are red, sockets are blue." });
await using client = createA2AClient({ platformUrl: platform.url, workspaceId: me.id, token: me.token });

const tools = createPeerTools(client).map((each) => tool(...toLangChainTool(each)));
const model = scriptedModel(); // a chat model: new ChatOpenAI({ … }).bindTools(tools)

const messages: BaseMessage[] = [
  new HumanMessage("Get a line about networks from a peer that writes verse."),
];
for (;;) {
  const answer = await model.invoke(messages);
  messages.push(answer);
  if (!answer.tool_calls?.length) break;
  for (const call of answer.tool_calls) {
    console.log(`called ${call.name}`);
    const chosen = tools.find(({ name }) => name === call.name);
    messages.push((await chosen?.invoke({ ...call, type: "tool_call" })) as unknown as ToolMessage);
  }
}
console.log(messages.at(-1)?.text);

/** Calls `list_peers`, then `delegate_task`, and ends with the result of the last call. */
function scriptedModel() {
  const calls = [
    { id: "1", name: "list_peers", args: {} },
    {
      id: "2",
      name: "delegate_task",
      args: { workspace_id: poet.id, task: "A line about networks, please." },
    },
  ];
  return RunnableLambda.from(async (history: BaseMessage[]) => {
    const next = calls.shift();
    return next === undefined
      ? new AIMessage(`The poet says: ${history.at(-1)?.text}`)
      : new AIMessage({ content: "", tool_calls: [{ ...next, type: "tool_call" }] });
  });
}
