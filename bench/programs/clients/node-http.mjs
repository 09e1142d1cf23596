import { Agent, request } from "node:http";
import { createBody, path, textOf } from "./message.mjs";

export function open(url) {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  return () =>
    new Promise((resolve, reject) => {
      const json = JSON.stringify(createBody());
      const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(json) };
      const outgoing = request(`${url}${path}`, { method: "POST", agent, headers }, (response) => {
        const chunks = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("end", () => resolve(textOf(JSON.parse(Buffer.concat(chunks).toString()))));
        response.on("error", reject);
      });
      outgoing.on("error", reject);
      outgoing.end(json);
    });
}
