import { expect, it } from "vitest";
import { readEventStream } from "../../../src/transport/http/event-stream";

const response = (text: string, type = "text/event-stream", status = 200) => ({
  status,
  text,
  header: (name: string) => (name === "content-type" ? type : undefined),
});
const rpc = (text: string) => `{"jsonrpc":"2.0","id":1,"result":{"text":"${text}"}}`;

it.each([
  { name: "one event", stream: `data: ${rpc("a")}\n\n`, text: rpc("a") },
  { name: "the last of several", stream: `data: ${rpc("a")}\n\ndata: ${rpc("b")}\n\n`, text: rpc("b") },
  { name: "without a space", stream: `data:${rpc("a")}\n\n`, text: rpc("a") },
  { name: "with other fields", stream: `: hello\nid: 7\nevent: message\ndata: ${rpc("a")}\nretry: 1\n\n`, text: rpc("a") },
  { name: "with CR and LF", stream: `data: ${rpc("a")}\r\n\r\ndata: ${rpc("b")}\r\n\r\n`, text: rpc("b") },
  { name: "over several lines", stream: `data: {"jsonrpc":"2.0",\ndata: "result":1}\n\n`, text: '{"jsonrpc":"2.0",\n"result":1}' },
  { name: "an error", stream: `data: ${rpc("a")}\n\ndata: {"error":{"code":-1}}\n\n`, text: '{"error":{"code":-1}}' },
  { name: "before one that is cut off", stream: `data: ${rpc("a")}\n\ndata: {"result":`, text: rpc("a") },
  { name: "before what is no answer", stream: `data: ${rpc("a")}\n\ndata: [DONE]\n\n`, text: rpc("a") },
  { name: "without a blank line at the end", stream: `data: ${rpc("a")}`, text: rpc("a") },
])("the answer in a stream of events is read: $name", ({ stream, text }) => {
  expect(readEventStream(response(stream)).text).toBe(text);
  expect(readEventStream(response(stream, "Text/Event-Stream; charset=utf-8")).text).toBe(text);
}); // biome-ignore format: a table reads best in rows

it.each([
  ["no stream", response(`data: ${rpc("a")}`, "application/json")],
  ["no success", response(`data: ${rpc("a")}`, "text/event-stream", 500)],
  ["no answer in it", response("data: hello\n\n")],
  ["nothing in it", response("")],
])("a response that is %s stays as it is", (_, given) => {
  expect(readEventStream(given)).toBe(given);
});
