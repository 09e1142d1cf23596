// The embedded platform with messages that wait for an inbox, in a process of its own.
// Arguments: how many messages, and of how many senders. A message `{ text }` is one more.
const { startPlatform } = await import(`${process.env.A2A_PEERS_DIST}/testing.js`);

const [, , count, senderCount] = process.argv;
const platform = await startPlatform();
const me = platform.addWorkspace({ deliveryMode: "poll" });
const senders = Array.from({ length: senderCount }, () => crypto.randomUUID());
const startedAt = Date.now();
for (let n = 0; n < count; n += 1) {
  const text = `m${n}`;
  me.addActivityRow({
    source_id: senders[n % senderCount],
    request_body: { params: { message: { role: "user", messageId: text, parts: [{ kind: "text", text }] } } },
    created_at: new Date(startedAt - 500_000 + n).toISOString().replace("Z", "000Z"),
  });
}
process.on("message", ({ text }) => {
  if (text !== undefined) me.writeAsHuman(text);
  const { user, system } = process.cpuUsage();
  process.send({ cpuUs: user + system, requests: platform.requests.length });
});
process.once("disconnect", () => process.exit());
process.send({ url: platform.url, id: me.id, token: me.token });
