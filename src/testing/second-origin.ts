import { createServer, type Server } from "node:http";
import type { Clock } from "../runtime/clock";
import { REPLY } from "./faults/payloads";
import { type ListeningPort, openPort } from "./listening-port";
import type { RequestLog } from "./request-log";
import { toRecordedRequest } from "./request-log";
import { readBody } from "./server";

/** A second listener on loopback, to which redirects lead. It records what arrives, and replies. */
export interface SecondOrigin {
  /** Its base URL; the first call starts it. */
  url(): Promise<string>;
  close(): Promise<void>;
}

export function createSecondOrigin(log: Pick<RequestLog, "add">, clock: Clock): SecondOrigin {
  const http: Server = createServer((request, response) =>
    readBody(request, (body) => {
      log.add(toRecordedRequest(request, body, clock));
      response.setHeader("content-type", "application/json").end(REPLY);
    }),
  );
  let port: Promise<ListeningPort> | undefined;
  return {
    async url() {
      port ??= openPort(0, (socket) => http.emit("connection", socket));
      return `${(await port).url}/`;
    },
    async close() {
      await (await port)?.close();
    },
  };
}
