import { createBody, path, textOf } from "./message.mjs";

export function open(url) {
  const headers = { "content-type": "application/json" };
  return async () => {
    const body = JSON.stringify(createBody());
    const response = await fetch(`${url}${path}`, { method: "POST", headers, body });
    return textOf(await response.json());
  };
}
