import { Role } from "@a2a-js/sdk";
import { ClientFactory } from "@a2a-js/sdk/client";

const TEXT_PART = { metadata: undefined, filename: "", mediaType: "" };

export async function open(url) {
  const client = await new ClientFactory().createFromAgentCard({
    name: "Peer",
    description: "A peer",
    version: "1",
    supportedInterfaces: [
      { url: `${url}/agent`, protocolBinding: "JSONRPC", protocolVersion: "1.0", tenant: "" },
    ],
    capabilities: { extensions: [] },
    securitySchemes: {},
    securityRequirements: [],
    defaultInputModes: ["text/plain"],
    defaultOutputModes: ["text/plain"],
    skills: [],
    signatures: [],
  });
  return async () => {
    const reply = await client.sendMessage({
      tenant: "",
      message: {
        messageId: crypto.randomUUID(),
        role: Role.ROLE_USER,
        taskId: "",
        contextId: "",
        parts: [{ ...TEXT_PART, content: { $case: "text", value: "hello" } }],
        metadata: undefined,
        extensions: [],
        referenceTaskIds: [],
      },
      configuration: undefined,
      metadata: undefined,
    });
    return reply.parts[0].content.value;
  };
}
