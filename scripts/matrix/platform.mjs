import { createServer } from "node:net";
import { startPlatform } from "a2a-peers/testing";

/** A platform that one program talks to, with peers that fail, and what the program needs of it (`given`). */
export async function startMatrixPlatform() {
  const platform = await startPlatform();
  const me = platform.addWorkspace({ name: "me", deliveryMode: "poll" });
  const asker = platform.addWorkspace({ name: "asker" });
  me.writeAsHuman("from the human");
  const peer = (name, reply, fault, times) => {
    const { id } = platform.addWorkspace({ name, reply });
    if (fault !== undefined) platform.fail(`POST /workspaces/${id}/a2a`, { kind: fault }, times && { times });
    return id;
  };
  const peers = {
    echo: peer("echo", ({ text }) => `echo: ${text}`),
    resetOnce: peer("reset once", () => "after a reset", "reset", 1),
    reset: peer("reset", () => "never", "reset", 1000),
    close: peer("close", () => "never", "close", 1000),
    cut: peer("cut", () => "never", "cut", 1000),
    stall: peer("stall", () => "never", "stall", 1000),
  };
  const given = {
    platformUrl: platform.url,
    me: { id: me.id, token: me.token },
    asker: { id: asker.id, token: asker.token },
    peers,
    closedPort: await unusedPort(),
  };
  const received = (name) => platform.requests.filter(({ path }) => path.includes(peers[name])).length;
  /** Adds to what at-most-once has seen how often the peer was sent the message. */
  const countRepeats = (seen) => {
    for (const [step, name] of [
      ["a connection reset, at most once", "reset"],
      ["a connection closed without an answer, at most once", "close"],
    ])
      seen[step] = `${seen[step]}, received ${received(name)} times`;
    return seen;
  };
  return { platform, given, countRepeats, close: () => platform.close() };
}

export async function unusedPort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}
