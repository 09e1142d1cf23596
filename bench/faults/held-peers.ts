// A platform whose peers hold every message, in a process of its own. Arguments: the time that they hold it, in ms.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { replyJson } from "../../test/helpers/sockets-server";

const holdMs = Number(process.argv[2]);
const reply = replyJson("ok");

const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
  request.resume().once("end", () => {
    setTimeout(() => response.setHeader("content-type", "application/json").end(reply), holdMs);
  });
});
server.listen(0, "127.0.0.1", () =>
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
);
process.once("disconnect", () => process.exit());
