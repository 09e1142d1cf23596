// Sends with one client, in a process of its own, for as long as each message `{ concurrency, durationMs }` says.
// Plain JavaScript, so that no loader is measured with it. Arguments: the file of the client, the URL.
const [, , client, url] = process.argv;
const { open } = await import(client);
const send = await open(url);
if (!(await send()).startsWith("x")) throw new Error(`${client} did not read the reply`);

async function sendFor({ concurrency, durationMs }) {
  const startedAt = performance.now();
  const end = startedAt + durationMs;
  const cpu = process.cpuUsage();
  let sent = 0;
  const lane = async () => {
    while (performance.now() < end) {
      await send();
      sent += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  const { user, system } = process.cpuUsage(cpu);
  const ms = performance.now() - startedAt;
  return { sent, ms, cpuUs: user + system, peakBytes: process.resourceUsage().maxRSS * 1024 };
}

process.on("message", async (turn) => process.send(await sendFor(turn)));
process.once("disconnect", () => process.exit());
process.send("ready");
