import axios from "axios";
import { createBody, path, textOf } from "../programs/clients/message.mjs";

export function open(url) {
  return async () => textOf((await axios.post(`${url}${path}`, createBody())).data);
}
