import { type Check, check } from "../check";
import { expectResponse, expectThat, isNumber, NotObservable } from "../expect";
import type { HttpResponse } from "../http";

const HEADERS = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"];
const UNLIMITED = "unlimited";
const MOST_REQUESTS = 2000;

export const LIMIT: readonly Check[] = [
  check({
    id: "limit.headers",
    title: "A response has the headers of the rate limit",
    run: async ({ request }) => expectHeaders(await request("GET", "/health")),
  }),
  check({
    id: "limit.headers-of-a-refusal",
    title: "A 400 has the headers of the rate limit",
    run: async ({ request }) => expectHeaders(await request("POST", "/registry/heartbeat", { body: "oops" })),
  }),
  check({
    id: "limit.headers-of-a-gate",
    title: "A 401 has the headers of the rate limit",
    needs: ["self"],
    run: async ({ request, self }) => expectHeaders(await request("GET", `/workspaces/${self.id}/state`)),
  }),
  check({
    id: "limit.counts",
    title: "The remaining requests change with each request",
    run: async ({ request }) => {
      const first = readRemaining(await request("GET", "/health"));
      if (first === 0) throw new NotObservable("the rate limit is used up");
      const second = readRemaining(await request("GET", "/health"));
      // The window may have ended between the two requests.
      expectThat(second !== first, `expected fewer requests to be left after ${first}, got ${second}`);
    },
  }),
  check({
    id: "limit.refuses",
    title: "A request over the limit is a 429 with a Retry-After",
    needs: ["limited"],
    run: async ({ limited }) => {
      const left = readRemaining(await limited("GET", "/health"));
      if (left > MOST_REQUESTS) throw new NotObservable(`${left} requests are too many to use up`);
      let response = await limited("GET", "/health");
      for (let count = 0; count < left + 1 && response.status !== 429; count += 1) {
        response = await limited("GET", "/health");
      }
      expectResponse(response, 429, { error: "rate limit exceeded", retry_after: isNumber });
      expectThat(
        /^\d+$/.test(response.headers.get("retry-after") ?? ""),
        "expected a Retry-After in whole seconds",
      );
    },
  }),
];

function readRemaining({ headers }: HttpResponse): number {
  if (headers.get("x-ratelimit-limit") === UNLIMITED) {
    throw new NotObservable("the platform reports no limit");
  }
  return Number(headers.get("x-ratelimit-remaining"));
}

function expectHeaders({ headers }: HttpResponse): void {
  if (headers.get("x-ratelimit-limit") === UNLIMITED) return;
  const wrong = HEADERS.filter((name) => !/^\d+$/.test(headers.get(name) ?? ""));
  expectThat(wrong.length === 0, `expected a number in ${wrong.join(" and ")}`);
}
