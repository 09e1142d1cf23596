import { createServer, request } from "node:http";
import { connect } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { tsImport } from "tsx/esm/api";

const { COMPANY } = await tsImport("../../test/helpers/sockets-certificate.ts", import.meta.url);

/** The authority of the https platform. */
export const COMPANY_CA = COMPANY.ca;

/** A platform's port behind TLS, with a certificate for `platform.internal`. Resolves to its port and `close`. */
export async function startTlsFront(platformPort) {
  const server = createTlsServer(COMPANY.server, (socket) =>
    join(socket, connect(platformPort, "127.0.0.1")),
  );
  return listen(server);
}

/**
 * A proxy on loopback that takes whatever host is named for the platform's. It wants the credentials `agent:` and
 * `password`; `behaviour` is `forward`, `refuse` (503 to everything) or `stall`. `requests` are the request lines it got.
 */
export async function startProxy({ password, behaviour = "forward", platformPort, tlsPort }) {
  const requests = [];
  const expected = `Basic ${Buffer.from(`agent:${password}`).toString("base64")}`;
  const server = createServer((incoming, answer) => {
    requests.push(`${incoming.method} ${incoming.url}`);
    if (behaviour === "stall") return;
    const status = getRefusal(incoming);
    if (status !== undefined)
      return answer.writeHead(status, { "content-type": "text/html" }).end("<html>no</html>");
    const { pathname, search } = new URL(incoming.url);
    const { "proxy-authorization": _, ...headers } = incoming.headers;
    const outgoing = request(
      { host: "127.0.0.1", port: platformPort, path: pathname + search, method: incoming.method, headers },
      (response) => response.pipe(answer.writeHead(response.statusCode, response.headers)),
    );
    outgoing.on("error", () => answer.destroy());
    answer.on("close", () => outgoing.destroy());
    incoming.pipe(outgoing);
  });
  server.on("connect", (incoming, socket) => {
    requests.push(`CONNECT ${incoming.url}`);
    socket.on("error", () => {});
    if (behaviour === "stall") return;
    const status = getRefusal(incoming);
    if (status !== undefined) return socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    join(socket, connect(tlsPort, "127.0.0.1"));
  });
  const getRefusal = ({ headers }) => {
    if (behaviour === "refuse") return 503;
    return headers["proxy-authorization"] === expected ? undefined : 407;
  };
  return { requests, ...(await listen(server)) };
}

function join(one, other) {
  one.pipe(other).pipe(one);
  for (const socket of [one, other]) socket.on("error", () => {});
  one.on("close", () => other.destroy());
  other.on("close", () => one.destroy());
}

async function listen(server) {
  const sockets = new Set();
  server.on("connection", (socket) => sockets.add(socket));
  server.on("tlsClientError", () => {});
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => server.close(done));
  };
  return { port: server.address().port, close };
}
