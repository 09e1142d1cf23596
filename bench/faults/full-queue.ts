import { randomUUID } from "node:crypto";
import { connect, type Socket } from "node:net";
import { startChild } from "./child";
import { type Context, judged, type Row } from "./section";

const FILLERS = 4;
const LIMIT_MS = 300;

/** A send to a listener whose queue is full, so that the system drops the first packet of a connection. */
export async function runFullQueue({ library }: Context): Promise<Row> {
  using child = await startChild<string>("./stopped-listener.ts");
  child.process.kill("SIGSTOP");
  const fillers = Array.from({ length: FILLERS }, () => fill(child.ready));
  await using client = library.main.createA2AClient({
    platformUrl: child.ready,
    workspaceId: randomUUID(),
    token: "token",
    retry: { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 1, jitter: 0 },
    timeouts: { sendMs: LIMIT_MS },
  });
  const { error } = await library.main
    .settle(client.sendA2AMessage(randomUUID(), "hello"))
    .then((sent) => (sent.ok ? { error: undefined } : sent));
  for (const filler of fillers) filler.destroy();
  // A stopped process takes no other signal.
  child.process.kill("SIGKILL");
  const isExpected = error?.code === "timeout" && error.delivery === "not-sent";
  const result = `${error?.code}, ${error?.delivery}`.padEnd(27);
  return judged(
    "accept queue full, SYN dropped",
    `${result} ${error?.attempts} sent, 0 received, ${Math.round(error?.elapsedMs ?? 0)} ms`,
    isExpected ? [] : ["not what the table of faults says"],
  );
}

function fill(url: string): Socket {
  const { port } = new URL(url);
  return connect({ port: Number(port), host: "127.0.0.1" }).on("error", () => undefined);
}
