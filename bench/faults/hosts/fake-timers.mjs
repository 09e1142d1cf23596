// Sends with the built package while the timers of the host are fake. Arguments: the folder of its entries, whose fake
// timers, when they are installed, and which of them.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [folder, library, when, which] = process.argv.slice(2);
const load = (entry) => import(`${pathToFileURL(folder)}/${entry}.js`);
const require = createRequire(import.meta.url);
const { setImmediate } = globalThis;

/** Without these Node's own sockets stand still until the host lets time pass. */
const USED_BY_NODE = ["nextTick", "queueMicrotask"];
const kept = which === "standing-still" ? USED_BY_NODE : [];

/** Each installs the fake timers and returns what lets fake time pass. */
const INSTALL = {
  sinon() {
    const clock = require("@sinonjs/fake-timers").install(kept.length === 0 ? {} : { toNotFake: kept });
    return (ms) => clock.tick(ms);
  },
  jest() {
    const { ModernFakeTimers } = require("@jest/fake-timers");
    const timers = new ModernFakeTimers({ global: globalThis, config: { rootDir: "/", fakeTimers: {} } });
    timers.useFakeTimers({ doNotFake: kept });
    return (ms) => timers.advanceTimersByTime(ms);
  },
};

let isOver = false;
function letTimePass(tick) {
  if (isOver) return;
  tick(1);
  setImmediate(() => letTimePass(tick));
}
function install() {
  const tick = INSTALL[library]();
  if (which === "all") letTimePass(tick);
}

if (when === "before") install();
const { createA2AClient } = await load("index");
const { startPlatform } = await load("testing");
if (when === "after") install();

const platform = await startPlatform();
const me = platform.addWorkspace();
const peer = platform.addWorkspace({ reply: ({ text }) => `echo ${text}` });
const client = createA2AClient({ platformUrl: platform.url, workspaceId: me.id, token: me.token });
const expect = (what, seen, wanted) => {
  if (seen !== wanted) throw new Error(`${what} came to ${seen}`);
};
const describe = ({ code, delivery, text, attempts }) => `${code ?? text} ${delivery ?? attempts}`;
const send = (text, options) => client.sendA2AMessage(peer.id, text, options).then(describe, describe);
const MESSAGES = "POST /workspaces/:id/a2a";

expect("a message", await send("one"), "echo one 1");
expect("one over the same connection", await send("two"), "echo two 1");
platform.fail(MESSAGES, { kind: "reset" }, { times: 1 });
expect("a reset", await send("three", { delivery: "at-most-once" }), "network maybe");
// A repeat and a limit of time need time that passes.
if (which === "all") {
  platform.fail(MESSAGES, { kind: "reset" }, { times: 1 });
  expect("a reset that is repeated", await send("four"), "echo four 2");
  platform.fail(MESSAGES, { kind: "stall" }, { times: 1 });
  expect("a silence", await send("five", { budgetMs: 200 }), "timeout maybe");
}
await client.close();
await platform.close();
isOver = true;
