import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
import type { A2AClient, A2AClientOptions } from "a2a-peers";
import { seeded } from "../../test/helpers/seeded";
import { startChild } from "./child";
import { type Context, judged, notRun, type Row, type Section } from "./section";
import { createStormTarget, referenceStorm, type StormReport } from "./storm-target";
import { type Clock, createVirtualTime } from "./virtual-time";

const CALLS_PER_PROCESS = 100;
const OUTAGE_MS = 2500;
/** Callers for one request a second that the target can serve. */
const CALLERS_PER_CAPACITY = 100;
const SOCKET_CALLERS = 2000;
/** The most requests in one second, as a multiple of the capacity, that do not overrun a target that has come back. */
const MOST_OVER_CAPACITY = 5;
const URL = "http://platform.invalid";

/** All callers are cut at the same moment, and the target comes back 2.5 s later. */
export const storm: Section = {
  name: "storm",
  async *run(context) {
    yield await onVirtualTime(context, context.short ? 5000 : 100_000);
    if (context.short)
      yield notRun(
        `${SOCKET_CALLERS} callers, sockets`,
        "not in the short form: needs the machine for itself",
      );
    else yield await onSockets(context, SOCKET_CALLERS);
  },
};

/** The clients of as many processes, each with a gate of its own. */
function createProcesses(
  { library }: Context,
  callers: number,
  options: (process: number) => A2AClientOptions,
): A2AClient[] {
  return Array.from({ length: callers / CALLS_PER_PROCESS }, (_, n) =>
    library.main.createA2AClient({ workspaceId: randomUUID(), token: "token", ...options(n) }),
  );
}

const sendAll = (client: A2AClient): Promise<unknown>[] =>
  Array.from({ length: CALLS_PER_PROCESS }, (_, n) => client.sendA2AMessage(randomUUID(), `task ${n}`));

async function onVirtualTime(context: Context, callers: number): Promise<Row> {
  const random = seeded(1);
  const time = createVirtualTime();
  const target = createStormTarget(time.now, OUTAGE_MS, callers / CALLERS_PER_CAPACITY);
  const state = { hasBegun: false };
  const fetch = async () => {
    if (!state.hasBegun) return new Response("[]", { headers: { "content-type": "application/json" } });
    const answer = target.take();
    if (answer === undefined) {
      const cause = Object.assign(new Error("connect ECONNREFUSED"), {
        code: "ECONNREFUSED",
        syscall: "connect",
      });
      throw new TypeError("fetch failed", { cause });
    }
    return new Response(answer.body, { status: answer.status, headers: { "content-type": answer.type } });
  };
  const clients = createProcesses(context, callers, () => ({
    platformUrl: URL,
    clock: time.createClock(),
    random,
    fetch,
  }));
  // What a client loads at its first request takes real time, for which no virtual time passes.
  await Promise.all(clients.map((client) => client.listPeers()));
  state.hasBegun = true;
  let open = callers;
  const sending: Promise<unknown>[] = [];
  for (const client of clients) {
    for (const sent of sendAll(client)) {
      const ended = sent.finally(() => {
        open -= 1;
      });
      sending.push(ended);
      ended.catch(() => {});
    }
    // Thousands of sends in one turn of the event loop are started one after the other, as those of one process. Here
    // each client is a process, and all of them start before time passes.
    await setImmediate();
  }
  await time.run(() => open === 0);
  const answered = (await Promise.allSettled(sending)).filter(({ status }) => status === "fulfilled").length;
  for (const client of clients) await client.close();
  return toRow(`${callers} callers, virtual time`, callers, answered, target.report());
}

async function onSockets(context: Context, callers: number): Promise<Row> {
  const perSecond = callers / CALLERS_PER_CAPACITY;
  using server = await startChild<string>("./storm-server.ts", String(OUTAGE_MS), String(perSecond));
  const clients = createProcesses(context, callers, () => ({
    platformUrl: server.ready,
    clock: createClock(),
    limits: { maxConcurrentSends: 1024 },
  }));
  const results = await Promise.allSettled(clients.flatMap(sendAll));
  server.process.send("report");
  const [report] = (await once(server.process, "message")) as [StormReport];
  for (const client of clients) await client.close();
  const answered = results.filter(({ status }) => status === "fulfilled").length;
  return toRow(`${callers} callers, sockets`, callers, answered, report);
}

/** The clock of the machine, once more: what shares no clock shares no gate. */
const createClock = (): Clock => ({
  now: () => performance.now(),
  setTimer(callback, delayMs) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
});

function toRow(what: string, callers: number, answered: number, report: StormReport): Row {
  const reference = referenceStorm(callers, OUTAGE_MS, callers / CALLERS_PER_CAPACITY, seeded(2));
  const percent = (part: number) => `${((100 * part) / callers).toFixed(1)} %`;
  const figures = [
    `peak ${report.peak.toFixed(1)} x capacity (reference policy ${reference.peak.toFixed(1)})`,
    `${percent(answered)} answered (${percent(reference.served)})`,
    `${(report.arrived / callers).toFixed(2)} attempts (${(reference.arrived / callers).toFixed(2)})`,
  ];
  const isCalm = report.peak < MOST_OVER_CAPACITY;
  return judged(what, figures.join(", "), isCalm ? [] : ["the target was overrun"]);
}
