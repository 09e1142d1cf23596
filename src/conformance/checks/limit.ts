import type { Answer } from "../ask";
import { type Check, check } from "../check";
import { expectAnswer, expectThat, isNumber, NotSeen } from "../expect";

const HEADERS = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"];
const UNLIMITED = "unlimited";
const MOST_REQUESTS = 2000;

export const LIMIT: readonly Check[] = [
  check({
    id: "limit.headers",
    title: "Every answer tells the allowance of requests, or that there is no limit",
    run: async ({ ask }) => expectHeaders(await ask("GET", "/health")),
  }),
  check({
    id: "limit.headers-of-a-refusal",
    title: "A refusal tells it too",
    run: async ({ ask }) => expectHeaders(await ask("POST", "/registry/heartbeat", { body: "oops" })),
  }),
  check({
    id: "limit.headers-of-a-gate",
    title: "A missing token tells it too",
    needs: ["self"],
    run: async ({ ask, self }) => expectHeaders(await ask("GET", `/workspaces/${self.id}/state`)),
  }),
  check({
    id: "limit.counts",
    title: "The allowance shrinks with each request",
    run: async ({ ask }) => {
      const first = leftOf(await ask("GET", "/health"));
      if (first === 0) throw new NotSeen("the allowance is used up");
      const second = leftOf(await ask("GET", "/health"));
      // A minute may have ended between the two.
      expectThat(second !== first, `expected fewer requests to be left after ${first}, got ${second}`);
    },
  }),
  check({
    id: "limit.refuses",
    title: "What is over the limit is refused with 429 and a time to wait",
    needs: ["limited"],
    run: async ({ limited }) => {
      const left = leftOf(await limited("GET", "/health"));
      if (left > MOST_REQUESTS) throw new NotSeen(`${left} requests are too many to use up`);
      let answer = await limited("GET", "/health");
      for (let count = 0; count < left + 1 && answer.status !== 429; count += 1) {
        answer = await limited("GET", "/health");
      }
      expectAnswer(answer, 429, { error: "rate limit exceeded", retry_after: isNumber });
      expectThat(
        /^\d+$/.test(answer.headers.get("retry-after") ?? ""),
        "expected a Retry-After in whole seconds",
      );
    },
  }),
];

function leftOf({ headers }: Answer): number {
  if (headers.get("x-ratelimit-limit") === UNLIMITED) {
    throw new NotSeen("the platform says that there is no limit");
  }
  return Number(headers.get("x-ratelimit-remaining"));
}

function expectHeaders({ headers }: Answer): void {
  if (headers.get("x-ratelimit-limit") === UNLIMITED) return;
  const wrong = HEADERS.filter((name) => !/^\d+$/.test(headers.get(name) ?? ""));
  expectThat(wrong.length === 0, `expected a number in ${wrong.join(" and ")}`);
}
