import { expect, it } from "vitest";
import { OWN, SECOND, SECOND_TOKEN, TOKEN } from "../helpers/ids";
import { createFixture } from "./helpers/fixture";

const workspaces = [
  { id: OWN, token: TOKEN },
  { id: SECOND, token: SECOND_TOKEN },
];

it("the second heartbeat of a workspace in one process says so, each time it starts beside the first", async () => {
  const { heartbeat, another, eventsOf } = createFixture();
  const second = another();
  heartbeat.start();
  heartbeat.start();
  expect(eventsOf("heartbeat.duplicate")).toEqual([]);
  second.start();
  expect(eventsOf("heartbeat.duplicate")).toEqual([{ type: "heartbeat.duplicate", workspaceId: OWN }]);
  await second.stop();
  second.start();
  expect(eventsOf("heartbeat.duplicate")).toHaveLength(2);
  await heartbeat.stop();
  await second.stop();
  second.start();
  expect(eventsOf("heartbeat.duplicate")).toHaveLength(2);
});

it("so does one of another client", async () => {
  const [first, second] = [createFixture(), createFixture()];
  first.heartbeat.start();
  second.heartbeat.start();
  expect(second.eventsOf("heartbeat.duplicate")).toHaveLength(1);
  await first.client.close();
  await second.heartbeat.stop();
  second.heartbeat.start();
  expect(second.eventsOf("heartbeat.duplicate")).toHaveLength(1);
});

it("heartbeats of two workspaces are no duplicates", () => {
  const { heartbeat, another, eventsOf } = createFixture(
    {},
    { workspaces, workspaceId: undefined, token: undefined },
  );
  heartbeat.start();
  another({ source: SECOND }).start();
  expect(eventsOf("heartbeat.duplicate")).toEqual([]);
});
