import { describe, expect, it, onTestFinished } from "vitest";
import type { Workspace } from "../../../src/identity/workspaces";
import { createCalls } from "../../../src/transport/calls";
import { TransportFailure } from "../../../src/transport/failure";
import type { HttpRequest } from "../../../src/transport/http/http";
import { openPool } from "../../../src/transport/http/pool";
import { createOwnRecordReader } from "../../../src/transport/request/own-record";
import type { HttpResponse } from "../../../src/transport/response";
import { httpAnswer } from "../../helpers/answer";
import { OWN, SECOND } from "../../helpers/ids";
import { rejectionOf } from "../../helpers/sockets-client";
import { virtualClock } from "../../helpers/sockets-clock";

const ONLINE = httpAnswer(200, { id: OWN, status: "online" });
const QUERY_FAILED = httpAnswer(500, { error: "query failed" });
const workspace = { id: OWN } as Workspace;

/** A reader whose requests end when the test answers them, oldest first. */
function createReader() {
  const clock = virtualClock();
  const calls = createCalls(clock);
  const requests: HttpRequest[] = [];
  const pending: { resolve(response: HttpResponse): void; reject(failure: Error): void }[] = [];
  const pool = openPool({ kind: "control", origin: "http://platform.test", size: 8, idleMs: 1000 });
  onTestFinished(() => pool.close());
  const reader = createOwnRecordReader({
    platformUrl: "http://platform.test",
    tenant: { orgId: undefined, origin: null },
    pool,
    calls,
    clock,
    http(request) {
      requests.push(request);
      return new Promise((resolve, reject) => pending.push({ resolve, reject }));
    },
  });
  const call = () => calls.begin(10_000, undefined);
  return {
    clock,
    calls,
    requests,
    call,
    read: (elapsedMs = 0, of = workspace) => reader.read(of, elapsedMs, call()),
    readWithin: (ms: number) => reader.read(workspace, 0, calls.begin(ms, undefined)),
    answer: (response: HttpResponse) => pending.shift()?.resolve(response),
    fail: (failure: Error) => pending.shift()?.reject(failure),
  };
}

describe("the own record", () => {
  it("is read by one request for all that wait for it", async () => {
    const { read, answer, requests } = createReader();
    const all = Array.from({ length: 200 }, () => read());
    answer(ONLINE);
    expect(new Set((await Promise.all(all)).map(({ state }) => state))).toEqual(new Set(["readable"]));
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ method: "GET", url: `http://platform.test/workspaces/${OWN}` });
    expect(requests[0]?.headers).not.toHaveProperty("authorization");
  });

  it("is used again for a second when it could be read", async () => {
    const { read, answer, requests, clock } = createReader();
    const first = read();
    answer(ONLINE);
    await first;
    await clock.advance(999);
    await read();
    expect(requests).toHaveLength(1);
    await clock.advance(1);
    const third = read();
    expect(requests).toHaveLength(2);
    answer(ONLINE);
    await third;
  });

  it("is read anew after it could not be read", async () => {
    const { read, answer, requests } = createReader();
    const first = read();
    answer(QUERY_FAILED);
    expect(await first).toMatchObject({ state: "unreadable", reason: 'HTTP 500, "query failed"' });
    void read();
    expect(requests).toHaveLength(2);
  });

  it("is read for each workspace", async () => {
    const { read, answer, requests } = createReader();
    const both = [read(), read(0, { id: SECOND } as Workspace)];
    answer(ONLINE);
    answer(httpAnswer(404, { error: "workspace not found" }));
    expect((await Promise.all(both)).map(({ state }) => state)).toEqual(["readable", "unknown"]);
    expect(requests).toHaveLength(2);
  });

  it("excuses a request that began within an outage, although the platform is well by now", async () => {
    const { read, answer, clock } = createReader();
    const first = read();
    answer(QUERY_FAILED);
    await first;
    await clock.advance(100);
    const second = read(50);
    answer(ONLINE);
    expect(await second).toMatchObject({ state: "unreadable", reason: "a moment ago" });
    expect(await read(1)).toMatchObject({ state: "unreadable" });
    expect(await read(0)).toEqual({ state: "readable" });
  });

  it("does not outlast the call that waits for it, and goes on for the others", async () => {
    const { read, readWithin, answer, clock, requests } = createReader();
    const short = readWithin(100);
    const long = read();
    await clock.advance(100);
    expect(await short).toEqual({ state: "unreadable", reason: "no answer in time" });
    answer(ONLINE);
    expect(await long).toEqual({ state: "readable" });
    expect(requests).toHaveLength(1);
  });

  it("is unreadable when the request fails", async () => {
    const { read, fail } = createReader();
    const record = read();
    fail(new TransportFailure("read", "sent", "socket hang up"));
    expect(await record).toEqual({ state: "unreadable", reason: "socket hang up" });
  });

  it("is not awaited by a call that is called off", async () => {
    const { read, calls } = createReader();
    const record = rejectionOf(read());
    void calls.close();
    expect(await record).toMatchObject({ kind: "cancelled" });
  });

  it("keeps no process alive by itself", () => {
    const { read, requests } = createReader();
    void read();
    expect(requests[0]?.call.background).toBe(true);
  });
});
