// Sends with clients of the built package on the runtime that runs this, as lines of JSON ask, and answers each with a
// line of JSON. Argument: the folder of the package's entries.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const folder = process.argv.at(-1);
const { createA2AClient } = await import(`${pathToFileURL(folder)}/index.js`);
const clients = new Map();

async function send({ client, options, peerId, text }) {
  if (!clients.has(client)) clients.set(client, createA2AClient(options));
  try {
    const { kind, text: reply, attempts } = await clients.get(client).sendA2AMessage(peerId, text);
    return { outcome: { kind, text: reply, attempts } };
  } catch ({ code, delivery, retryable, attempts, message }) {
    return { error: { code, delivery, retryable, attempts, message } };
  }
}

async function close({ client }) {
  await clients.get(client)?.close();
  clients.delete(client);
  return {};
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  const answer = await (request.peerId === undefined ? close(request) : send(request));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
