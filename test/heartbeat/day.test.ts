import type { HeartbeatEvent } from "a2a-peers/heartbeat";
import { expect, it } from "vitest";
import { seeded } from "../helpers/seeded";
import { eventLine, modelDay, requestLine } from "./helpers/day-model";
import { BEAT, createFixture, REGISTER, refused } from "./helpers/fixture";
import { type Answer, OK } from "./helpers/scripted-platform";

const DAY = 24 * 3_600_000;
const REGISTERED = { status: 200, body: { status: "registered", delivery_mode: "poll" } };

type Condition = (random: () => number) => Answer;

/** How the platform answers for a while. */
const CONDITIONS: readonly Condition[] = [
  () => OK,
  () => OK,
  (random) => ({ ...OK, afterMs: Math.floor(random() * 9000) }),
  (random) => (random() < 0.3 ? "reset" : OK),
  () => "reset",
  () => "hang",
  () => refused(401),
  () => refused(500),
  () => refused(503),
  (random) => refused(429, "slow down", { "retry-after": String(40 + Math.floor(random() * 80)) }),
];

const MAX_BEATS_PER_CONDITION = 30;

/** Answers for more than a day: random conditions, each for 1 to 30 beats. */
function randomAnswers(random: () => number): Answer[] {
  const answers: Answer[] = [];
  while (answers.length < DAY / 10_000) {
    const condition = CONDITIONS[Math.floor(random() * CONDITIONS.length)] ?? (() => OK);
    const length = 1 + Math.floor(random() * MAX_BEATS_PER_CONDITION);
    for (let index = 0; index < length; index += 1) answers.push(condition(random));
  }
  return answers;
}

it.each([1])(
  "a day of random faults has exactly the requests and events of a model (seed %i)",
  { timeout: 60_000 },
  async (seed) => {
    const random = seeded(seed);
    const answers = randomAnswers(random);
    const registrations: Answer[] = Array.from({ length: 2000 }, () =>
      random() < 0.5 ? REGISTERED : random() < 0.5 ? refused(500) : "reset",
    );
    const beatAnswer = (index: number) => answers[index] ?? OK;
    const registerAnswer = (index: number) => registrations[index] ?? REGISTERED;

    const { client, clock, platform, heartbeat, events, eventsOf } = createFixture(
      {},
      { retry: { maxAttempts: 1 } },
    );
    platform.on(BEAT, (_, index) => beatAnswer(index));
    // The first registration comes before the day.
    platform.on(REGISTER, (_, index) => (index === 0 ? REGISTERED : registerAnswer(index - 1)));
    await client.register({ agentCard: { name: "me" } });
    const before = platform.sent.length;
    heartbeat.start();
    await clock.advance(DAY);

    const day = modelDay(DAY, beatAnswer, registerAnswer);
    const requests = platform.sent.slice(before).map(({ at, route }) => requestLine(at, route));
    expect(requests).toEqual(day.requests.slice(0, requests.length));
    expect(day.requests.length - requests.length).toBeLessThanOrEqual(2);
    expect((events as HeartbeatEvent[]).map(eventLine)).toEqual(day.events.slice(0, events.length));
    expect(platform.mostAtOnce(BEAT)).toBe(1);

    // The random day has all kinds of events.
    expect(requests.length).toBeGreaterThan(2000);
    expect(eventsOf("heartbeat.unauthorized").length).toBeGreaterThan(0);
    expect(eventsOf("heartbeat.registered_again").length).toBeGreaterThan(0);

    platform.on(BEAT, () => OK);
    await heartbeat.stop();
    await clock.advance(0);
    expect(clock.pending).toEqual([]);
    expect(heartbeat.status).toMatchObject({ running: false, consecutiveFailures: 0 });
  },
);
