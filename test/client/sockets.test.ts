import { expect, it, vi } from "vitest";
import { PEER_ID, quickClient } from "../helpers/sockets-client";
import { answering, rawServer } from "../helpers/sockets-server";

it("close() ends the idle connections of the last client that used them, and not before", async () => {
  await using server = await rawServer(answering());
  const one = quickClient(server.url);
  const other = quickClient(server.url);
  await one.sendA2AMessage(PEER_ID, "hello");
  expect(server.open).toBe(1);

  await one.close();
  await other.sendA2AMessage(PEER_ID, "hello");
  expect(server.connections).toBe(1);

  await other.close();
  await vi.waitFor(() => expect(server.open).toBe(0), { timeout: 2000 });
});
