// A listener with a short queue of connections that nobody accepted, whose process is stopped once it listens.

import type { AddressInfo } from "node:net";
import { createServer } from "node:net";

const server = createServer();
server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () =>
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
);
process.once("disconnect", () => process.exit());
