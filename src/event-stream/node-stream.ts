import type { ClientRequest } from "node:http";
import { builtin } from "../runtime/builtins";
import { errorMessage } from "../text/format";
import { createNodeAgent } from "../transport/http/node-agent";
import type { ClientTls } from "../transport/http/tls";
import type { OpenStream } from "./stream-request";

/** How often the system asks whether an idle connection is still there, in milliseconds. */
const KEEP_ALIVE_MS = 30_000;

/** A stream over `node:http`, on a connection of its own that does not keep the process alive. */
export const openNodeStream =
  (tls: ClientTls | undefined): OpenStream =>
  ({ url, headers, onHead, onText, onEnd }) => {
    let isOver = false;
    let request: ClientRequest | undefined;
    function end(reason: string): void {
      if (isOver) return;
      isOver = true;
      request?.destroy();
      onEnd(reason);
    }
    try {
      const secure = url.startsWith("https:");
      const http = secure ? builtin("node:https") : builtin("node:http");
      if (http === undefined) throw new Error("node:http is not available");
      request = http.request(url, { headers, agent: createNodeAgent(secure, {}, tls) ?? false });
      request.once("socket", (socket) => {
        socket.setKeepAlive(true, KEEP_ALIVE_MS);
        socket.unref();
      });
      request.once("response", (response) => {
        response.setEncoding("utf8");
        const header = (name: string) => {
          const value = response.headers[name];
          return typeof value === "string" ? value : undefined;
        };
        onHead({ status: response.statusCode ?? 0, header });
        response.on("data", onText);
        response.once("close", () => end("the connection was closed"));
      });
      request.on("error", (error) => end(errorMessage(error)));
      request.end();
    } catch (error) {
      const reason = errorMessage(error);
      queueMicrotask(() => end(reason));
    }
    return () => {
      isOver = true;
      request?.destroy();
    };
  };
