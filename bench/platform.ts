// A stub platform in a process of its own: it responds as fast as Node can, so that the client is measured.
import { createServer } from "node:http";

const [, , size = "200"] = process.argv;
const text = "x".repeat(Math.max(1, Number(size) - 150));
const reply = (id: unknown) =>
  JSON.stringify({
    jsonrpc: "2.0",
    id,
    result: { kind: "message", role: "agent", messageId: "m", parts: [{ kind: "text", text }] },
  });
const answer = reply("1");

const server = createServer((request, response) => {
  request.resume();
  request.on("end", () => {
    response.writeHead(200, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(answer),
    });
    response.end(answer);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object" && address !== null) process.send?.(address.port);
});
process.once("disconnect", () => process.exit());
