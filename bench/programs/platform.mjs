// A stub platform in a process of its own: it responds as fast as Node can, so that the client is measured.
// A message `{ replyBytes, peers }` changes what it responds with; its answer says what it has done so far.
import { createServer } from "node:net";
import { idOf, WORKSPACE } from "./ids.mjs";

const settings = { replyBytes: 200, peers: 0 };
const counts = { requests: 0, connections: 0, open: 0, mostOpen: 0 };
/** Made when the settings change, so that a response is only written. */
const responses = { reply: [], list: [], agentResult: Buffer.alloc(0) };

const headOf = (length) =>
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
const toResponse = (json) => [Buffer.from(`${headOf(Buffer.byteLength(json))}${json}`)];

const NOTHING = toResponse("{}");
const CHUNKED = Buffer.from("HTTP/1.1 411 Length Required\r\nContent-Length: 0\r\n\r\n");

/** A row of the peer list, of about 420 bytes. */
const rowOf = (index) => ({
  id: idOf(index),
  name: `Peer ${index}`,
  role: "worker",
  tier: 2,
  status: "online",
  parent_id: WORKSPACE,
  active_tasks: 0,
  url: `http://agent-${index}.example:8000`,
  agent_card: {
    name: `Peer ${index}`,
    description: "Summarises reports and answers questions about them.",
    skills: [{ id: "summarise", name: "Summarise", description: "Summarises a report" }],
  },
});

function configure(changes) {
  Object.assign(settings, changes);
  const text = "x".repeat(Math.max(1, settings.replyBytes - 150));
  const message = { kind: "message", role: "agent", messageId: "m", parts: [{ kind: "text", text }] };
  responses.reply = toResponse(JSON.stringify({ jsonrpc: "2.0", id: "1", result: message }));
  const agentMessage = { messageId: "m", role: "ROLE_AGENT", parts: [{ text }] };
  responses.agentResult = Buffer.from(`"result":${JSON.stringify({ message: agentMessage })}}`);
  const rows = Array.from({ length: settings.peers }, (_, index) => rowOf(index));
  responses.list = toResponse(JSON.stringify(rows));
}

/** The answer of an A2A agent of version 1.0, whose client requires the id of its request. */
function agentReply(body) {
  const [, id = "null"] = /"id":(\d+|"[^"]*")/.exec(body) ?? [];
  const start = `{"jsonrpc":"2.0","id":${id},`;
  return [
    Buffer.from(`${headOf(start.length + responses.agentResult.length)}${start}`),
    responses.agentResult,
  ];
}

function respond(head, body) {
  counts.requests += 1;
  if (head.startsWith("POST /agent")) return agentReply(body.toString("latin1"));
  if (head.startsWith("POST /workspaces/")) return responses.reply;
  if (/^GET \/registry\/[\w-]+\/peers /.test(head)) return responses.list;
  const [, peer] = /^GET \/registry\/discover\/(\S+) /.exec(head) ?? [];
  if (peer !== undefined) return toResponse(JSON.stringify({ ...rowOf(0), id: peer }));
  return NOTHING;
}

/** Responds to each complete request on a connection. */
function accept(socket) {
  counts.connections += 1;
  counts.open += 1;
  counts.mostOpen = Math.max(counts.mostOpen, counts.open);
  socket.setNoDelay(true);
  let pending = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    for (;;) {
      const headEnd = pending.indexOf("\r\n\r\n");
      if (headEnd === -1) return;
      const head = pending.latin1Slice(0, headEnd);
      if (/\r\ntransfer-encoding:/i.test(head)) return void socket.end(CHUNKED);
      const bodyEnd = headEnd + 4 + Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
      if (pending.length < bodyEnd) return;
      socket.cork();
      for (const part of respond(head, pending.subarray(headEnd + 4, bodyEnd))) socket.write(part);
      socket.uncork();
      pending = pending.subarray(bodyEnd);
    }
  });
  socket.on("error", () => undefined).on("close", () => (counts.open -= 1));
}

configure({});
const server = createServer(accept);
server.listen(0, "127.0.0.1", 4096, () => process.send({ port: server.address().port }));
process.on("message", (changes) => {
  if (Object.keys(changes).length > 0) configure(changes);
  const { user, system } = process.cpuUsage();
  process.send({ ...counts, cpuUs: user + system });
});
process.once("disconnect", () => process.exit());
