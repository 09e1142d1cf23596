import { ofetch } from "ofetch";
import { createBody, path, textOf } from "./message.mjs";

export function open(url) {
  return async () => textOf(await ofetch(`${url}${path}`, { method: "POST", body: createBody() }));
}
