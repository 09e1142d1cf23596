import type { HeartbeatEvent } from "a2a-peers/heartbeat";
import { expect, it } from "vitest";
import { seeded } from "../helpers/seeded";
import { dayModel, eventLine, requestLine } from "./helpers/day-model";
import { type Answer, OK } from "./helpers/scripted";
import { BEAT, REGISTER, refused, world } from "./helpers/world";

const DAY = 24 * 3_600_000;
const REGISTERED = { status: 200, body: { status: "registered", delivery_mode: "poll" } };

type Trouble = (random: () => number) => Answer;

/** What the platform may be like for a while. */
const TROUBLES: readonly Trouble[] = [
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

const LONGEST_TROUBLE = 30;

/** Answers for a day and more: one trouble after another, each for some beats. */
function troubledAnswers(random: () => number): Answer[] {
  const answers: Answer[] = [];
  while (answers.length < DAY / 10_000) {
    const trouble = TROUBLES[Math.floor(random() * TROUBLES.length)] ?? (() => OK);
    const length = 1 + Math.floor(random() * LONGEST_TROUBLE);
    for (let index = 0; index < length; index += 1) answers.push(trouble(random));
  }
  return answers;
}

it.each([1])(
  "a day of random faults goes exactly as the model says (seed %i)",
  { timeout: 60_000 },
  async (seed) => {
    const random = seeded(seed);
    const answers = troubledAnswers(random);
    const registering: Answer[] = Array.from({ length: 2000 }, () =>
      random() < 0.5 ? REGISTERED : random() < 0.5 ? refused(500) : "reset",
    );
    const beatAnswer = (index: number) => answers[index] ?? OK;
    const registerAnswer = (index: number) => registering[index] ?? REGISTERED;

    const { client, clock, platform, heartbeat, events, told } = world({}, { retry: { maxAttempts: 1 } });
    platform.on(BEAT, (_, index) => beatAnswer(index));
    // The first registration is the one before the day.
    platform.on(REGISTER, (_, index) => (index === 0 ? REGISTERED : registerAnswer(index - 1)));
    await client.register({ agentCard: { name: "me" } });
    const before = platform.sent.length;
    heartbeat.start();
    await clock.advance(DAY);

    const day = dayModel(DAY, beatAnswer, registerAnswer);
    const requests = platform.sent.slice(before).map(({ at, route }) => requestLine(at, route));
    expect(requests).toEqual(day.requests.slice(0, requests.length));
    expect(day.requests.length - requests.length).toBeLessThanOrEqual(2);
    expect((events as HeartbeatEvent[]).map(eventLine)).toEqual(day.events.slice(0, events.length));
    expect(platform.mostAtOnce(BEAT)).toBe(1);

    // It was a day worth the name.
    expect(requests.length).toBeGreaterThan(2000);
    expect(told("heartbeat.unauthorized").length).toBeGreaterThan(0);
    expect(told("heartbeat.registered_again").length).toBeGreaterThan(0);

    platform.on(BEAT, () => OK);
    await heartbeat.stop();
    await clock.advance(0);
    expect(clock.pending).toEqual([]);
    expect(heartbeat.status).toMatchObject({ running: false, consecutiveFailures: 0 });
  },
);
