// Loaded before a test begins: the client loads it with its first request over a fetch, in real time.
import "ofetch";
/** The activity log of one workspace as a fetch: what the platform promises of cursors, and nothing more. */
export interface MemoryLog {
  readonly fetch: typeof fetch;
  /** Writes a row; `lateMs` dates it back, `isTwin` gives it the time of the newest row. */
  write(row: Record<string, unknown>, when?: { lateMs?: number; isTwin?: boolean }): string;
  /** Removes the oldest rows, as long as `mayGo` is true of them. */
  prune(mayGo: (id: string) => boolean): void;
  /** Lets so many requests fail. */
  failures: number;
}

interface Row {
  readonly id: string;
  readonly at: number;
  readonly fields: Record<string, unknown>;
}

/** The platform writes a row a moment after its time, at most. */
const MAX_LATE_US = 8_000_000;

const START_US = Date.parse("2026-06-01T00:00:00Z") * 1000;

export function createMemoryLog(now: () => number): MemoryLog {
  let rows: Row[] = [];
  let count = 0;
  const nowUs = () => START_US + Math.round(now() * 1000);

  function list(parameters: URLSearchParams): Response {
    const text = (name: string) => parameters.get(name) ?? "";
    let found = rows.filter(({ at }) => at >= nowUs() - (Number(text("since_secs")) || 1e9) * 1e6);
    if (text("before_ts") !== "") found = found.filter(({ at }) => at < parse(text("before_ts")));
    if (text("since_id") === "") found.reverse();
    else {
      const cursor = rows.find(({ id }) => id === text("since_id"));
      if (cursor === undefined) return respond(410, { error: "since_id cursor not found (pruned)" });
      found = found.filter(({ at }) => at > cursor.at);
    }
    const page = found.slice(0, Number(text("limit")) || 100);
    return respond(
      200,
      page.map(({ id, at, fields }) => ({
        id,
        created_at: format(at),
        activity_type: "a2a_receive",
        ...fields,
      })),
    );
  }

  const respond = (status: number, body: unknown) =>
    new Response(JSON.stringify(body), { status, headers: { date: new Date(nowUs() / 1000).toUTCString() } });

  const log: MemoryLog = {
    failures: 0,
    async fetch(input) {
      const url = new URL(String(input));
      if (!url.pathname.endsWith("/activity")) return respond(404, {});
      if (log.failures === 0) return list(url.searchParams);
      log.failures -= 1;
      if (log.failures % 2 === 0) throw new TypeError("fetch failed");
      return respond(500, { error: "query failed" });
    },
    write(fields, { lateMs = 0, isTwin = false } = {}) {
      count += 1;
      const id = `00000000-0000-4000-8000-${String(count).padStart(12, "0")}`;
      const last = rows.at(-1)?.at ?? 0;
      const at =
        isTwin && nowUs() - last < MAX_LATE_US
          ? last
          : lateMs > 0
            ? nowUs() - lateMs * 1000
            : Math.max(nowUs(), last + 1);
      rows = [...rows, { id, at, fields }].sort((a, b) => a.at - b.at);
      return id;
    },
    prune(mayGo) {
      const first = rows.findIndex(({ id }) => !mayGo(id));
      rows = first === -1 ? [] : rows.slice(first);
    },
  };
  return log;
}

const parse = (text: string): number =>
  Date.parse(`${text.slice(0, 19)}Z`) * 1000 + Number(text.slice(20, -1).padEnd(6, "0"));

const format = (us: number): string =>
  `${new Date(Math.floor(us / 1000)).toISOString().slice(0, 19)}.${String(us % 1e6).padStart(6, "0")}Z`;
