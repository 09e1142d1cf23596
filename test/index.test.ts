import * as api from "a2a-peers";
import * as heartbeat from "a2a-peers/heartbeat";
import * as inbox from "a2a-peers/inbox";
import * as logging from "a2a-peers/logging";
import * as otel from "a2a-peers/otel";
import * as testing from "a2a-peers/testing";
import * as tools from "a2a-peers/tools";
import { expect, it } from "vitest";

it("exports these names and no others", () => {
  expect({
    "a2a-peers": Object.keys(api).sort(),
    "a2a-peers/heartbeat": Object.keys(heartbeat).sort(),
    "a2a-peers/inbox": Object.keys(inbox).sort(),
    "a2a-peers/logging": Object.keys(logging).sort(),
    "a2a-peers/otel": Object.keys(otel).sort(),
    "a2a-peers/testing": Object.keys(testing).sort(),
    "a2a-peers/tools": Object.keys(tools).sort(),
  }).toEqual({
    "a2a-peers": [
      "A2AError",
      "createA2AClient",
      "delegateTask",
      "displayName",
      "fileToken",
      "isA2AError",
      "parsePeerId",
      "runDelegateTask",
      "settle",
      "toToolText",
    ],
    "a2a-peers/heartbeat": ["createHeartbeat"],
    "a2a-peers/inbox": ["createInbox"],
    "a2a-peers/logging": ["describeEvent", "logEvents", "messageFirst"],
    "a2a-peers/otel": ["openTelemetry"],
    "a2a-peers/testing": ["agentFault", "faultKinds", "manualClock", "script", "startPlatform", "task"],
    "a2a-peers/tools": [
      "createMcpHandlers",
      "createPeerTools",
      "formatInboundMessage",
      "toAISDKTools",
      "toInboundFields",
      "toLangChainTool",
      "toMcpTool",
      "toOpenAIAgentsTool",
    ],
  });
});
