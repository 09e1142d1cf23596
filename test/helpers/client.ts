import { type A2AClient, type A2AClientOptions, createA2AClient } from "a2a-peers";
import { onTestFinished } from "vitest";
import { OWN, PLATFORM, SECOND, SECOND_TOKEN, TOKEN } from "./ids";

/** A client of the fixed workspace with negligible delays; closed when the test ends. */
export function testClient(options: A2AClientOptions = {}): A2AClient {
  const client = createA2AClient({
    platformUrl: PLATFORM,
    workspaceId: OWN,
    token: TOKEN,
    random: () => 0.5,
    ...options,
    retry: { baseDelayMs: 1, maxDelayMs: 1, ...options.retry },
  });
  onTestFinished(() => client.close());
  return client;
}

/** A client with two workspaces; the first is the default. */
export function clientOfTwo(options: A2AClientOptions = {}): A2AClient {
  return testClient({
    workspaceId: undefined,
    token: undefined,
    workspaces: [
      { id: OWN, token: TOKEN },
      { id: SECOND, token: SECOND_TOKEN },
    ],
    ...options,
  });
}
