import { type McpServerFactory, Server } from "@modelcontextprotocol/server";
import { createMcpHandlers, type PeerTool } from "a2a-peers/tools";
import { version } from "../../../package.json";
import { CHANNEL_CAPABILITY } from "./channel";

export interface McpServerOptions {
  readonly instructions: string;
  readonly tools: readonly PeerTool[];
  /** Called with the server that answers the host, once the host takes notifications. May be called again. */
  onReady(server: Server): void;
}

/**
 * Creates the server of a connection, for hosts of both eras of the protocol. The tools check their arguments
 * themselves, so that a model reads what is wrong with them.
 */
export function createServerFactory({ instructions, tools, onReady }: McpServerOptions): McpServerFactory {
  const { listTools, callTool } = createMcpHandlers(tools);
  return () => {
    const server = new Server(
      { name: "a2a-peers", title: "Peers on a Molecule AI platform", version },
      { instructions, capabilities: { tools: {}, experimental: { [CHANNEL_CAPABILITY]: {} } } },
    );
    server.oninitialized = () => onReady(server);
    server.setRequestHandler("tools/list", () => {
      // Hosts of the stateless era are not initialized.
      onReady(server);
      return listTools();
    });
    server.setRequestHandler("tools/call", (request, context) => {
      onReady(server);
      return callTool(request, context);
    });
    return server;
  };
}
