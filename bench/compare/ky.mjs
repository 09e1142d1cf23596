import ky from "ky";
import { createBody, path, textOf } from "../programs/clients/message.mjs";

export function open(url) {
  return async () => textOf(await ky.post(`${url}${path}`, { json: createBody() }).json());
}
