// The target of the storm on sockets, in a process of its own: a proxy that answers 502 until the platform is back.
// Arguments: ms until it is back, counted from the first request; requests a second.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createStormTarget, type StormTarget } from "./storm-target";

const [backAfterMs = 0, perSecond = 0] = process.argv.slice(2).map(Number);
let target: StormTarget | undefined;

const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
  request.resume().once("end", () => {
    const now = () => performance.now();
    target ??= createStormTarget(now, now() + backAfterMs, perSecond);
    const { status, type, body } = target.take() ?? { status: 502, type: "text/html", body: "<html>" };
    response.writeHead(status, { "content-type": type }).end(body);
  });
});
server.listen(0, "127.0.0.1", () =>
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
);
process.on("message", () => process.send?.(target?.report()));
process.once("disconnect", () => process.exit());
