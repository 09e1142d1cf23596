import { type A2AError, isA2AError } from "../errors";
import type { RequestContext } from "../transport/request/platform-request";
import type { BackgroundLimits } from "../validation/options";
import { findCursor, findEnd, findStart, type LogQuery, readOldestPage } from "./find-start";
import { nextAfter, reachOf } from "./page-edges";
import type { Position, ReadMoment } from "./position";
import {
  CursorGoneError,
  LARGEST_PAGE,
  PAGE_ROWS,
  type RowPage,
  readRows,
  requireCursors,
} from "./read-rows";
import { type InboundMessage, type ParsedRow, parsePlace, parseRow, type SkipReason } from "./row";

/** `taken` messages are handed over later, `done` ones need nothing more, `left` ones are to be read again. */
export type Acceptance = "taken" | "done" | "left";

export interface ReaderOptions {
  requests: RequestContext;
  workspaceId: string;
  lookBackMs: number;
  position: Position;
  now(): number;
  /** False while no more messages may be taken. */
  hasRoom(): boolean;
  /** Called for each new message; answers what became of it. */
  onMessage(message: InboundMessage): Acceptance;
  /** Called for new messages behind one that was left; answers `done` for an answer that somebody waited for. */
  onAnswer(message: InboundMessage): Exclude<Acceptance, "taken">;
  /** True while somebody waits for an answer: rows are looked through for it also when no more may be taken. */
  isAwaitingAnswers(): boolean;
  onSkipped(reason: SkipReason): void;
  onMalformed(): void;
  onCursorGone(): void;
}

/** Reads the rows after the cursor, in order, page after page. */
export interface Reader {
  /**
   * Reads until a page is not full, or no more messages may be taken. Resolves to the number of new rows. Throws what
   * `readRows` throws, but for a cursor that is gone.
   */
  read(limits: BackgroundLimits): Promise<number>;
  /** True when the last read ended before the newest row. */
  readonly hasMore: boolean;
}

/** The id of a row after which is read; `null` reads from the oldest row. */
type From = string | null;

interface State {
  /** The newest row that was listed. */
  tail: From | undefined;
  /** Where the next read begins, because a message behind it was left. */
  leftAt: From | undefined;
  /** Up to where the rows behind a message that was left were looked through for answers. */
  scannedTo: From | undefined;
  /** When what is not settled was read again. */
  overlapAt: number;
  /** What the platform's clock shows at least. */
  platformUs: number;
  isReady: boolean;
  /** The last read ended because no more messages could be taken. */
  isFull: boolean;
  /** Rows of a page: fewer after an answer that was too large. */
  limit: number;
}

/** How often what may be followed by a row that is written late is read again, in milliseconds. */
const OVERLAP_EVERY_MS = 5000;

export function createReader(options: ReaderOptions): Reader {
  const { requests, workspaceId, position, now } = options;
  const state: State = {
    tail: undefined,
    leftAt: undefined,
    scannedTo: undefined,
    overlapAt: Number.NEGATIVE_INFINITY,
    platformUs: 0,
    isReady: false,
    isFull: false,
    limit: PAGE_ROWS,
  };

  /** How many rows were new, and whether one was left for later. */
  function process(page: RowPage, moment: ReadMoment, wasLeft: boolean) {
    const reach = reachOf(page);
    let fresh = 0;
    let left = wasLeft;
    for (const raw of page.rows) {
      const row = parseRow(raw, workspaceId);
      if (row.kind === "malformed") {
        options.onMalformed();
        continue;
      }
      const place = row.kind === "message" ? row.message : row;
      // More rows of the last microsecond may follow, so that one is not settled yet.
      const { now } = moment;
      const at = place.createdAtUs <= reach ? moment : { now, platformUs: 0 };
      if (position.knows(place)) {
        if (at === moment || !position.isKept(place.id)) position.add(place, at);
        continue;
      }
      const acceptance = accept(row, left);
      if (acceptance === "left") {
        if (!left) position.stopAt(place.createdAtUs);
        left = true;
        continue;
      }
      position.add(place, at);
      if (acceptance === "done") position.markDone(place.id);
      fresh += 1;
    }
    return { fresh, left };
  }

  function accept(row: Exclude<ParsedRow, { kind: "malformed" }>, left: boolean): Acceptance {
    if (row.kind === "message") return left ? options.onAnswer(row.message) : options.onMessage(row.message);
    // Behind a message that was left it is read again.
    if (left) return "left";
    options.onSkipped(row.reason);
    return "done";
  }

  async function prepare(query: LogQuery): Promise<void> {
    await requireCursors(requests, workspaceId, query.limits);
    // Asked for first: what is written meanwhile is newer than this row, so that it cannot be passed over.
    const end = await findEnd(query);
    state.platformUs = end.platformUs;
    if (position.cursor === undefined) {
      position.moveTo(await findStart(query, options.lookBackMs, end));
    }
    state.isReady = true;
  }

  const cursorStart = (): From => position.cursor?.id ?? null;

  /** Where this read begins: what was left, else what may have been followed by a late row, else what is new. */
  function startOf(): From {
    if (state.leftAt !== undefined) return state.leftAt;
    const isSettling = position.isSettling || state.tail === undefined;
    if (state.tail !== undefined && !(isSettling && now() - state.overlapAt >= OVERLAP_EVERY_MS))
      return state.tail;
    state.overlapAt = now();
    return position.settledRow?.id ?? cursorStart();
  }

  async function readFrom(from: From, query: LogQuery): Promise<number> {
    try {
      return await readPages(from, query);
    } catch (error) {
      if (!(error instanceof CursorGoneError)) throw error;
    }
    state.leftAt = undefined;
    state.scannedTo = undefined;
    const start = cursorStart();
    if (from !== start) return readFrom(start, query);
    options.onCursorGone();
    position.moveTo(await findCursor(query, position.cursor?.createdAtUs ?? 0));
    return readPages(cursorStart(), query);
  }

  async function readPages(from: From, query: LogQuery): Promise<number> {
    const isWhole = from === cursorStart();
    // Nothing before this read's first row can come any more.
    const isOverlap = isWhole || from === position.settledRow?.id;
    let total = 0;
    let after = from;
    let left = false;
    state.leftAt = from;
    state.isFull = false;
    position.stopAt(undefined);
    while (left ? options.isAwaitingAnswers() : options.hasRoom() || options.isAwaitingAnswers()) {
      const moment = { now: now(), platformUs: state.platformUs };
      const page = await readPage(after, query);
      const processed = process(page, moment, left);
      total += processed.fresh;
      noteTime(page);
      if (isOverlap) position.settleUpTo(reachOf(page), moment);
      const next = nextAfter(page) ?? after;
      const isEnd = !page.full || next === after;
      if (processed.left) {
        // What was looked through for answers is not looked through again.
        after = left ? next : (state.scannedTo ?? next);
        left = true;
        state.scannedTo = after;
      } else {
        after = next;
        state.leftAt = after;
        state.scannedTo = undefined;
      }
      if (!isEnd) continue;
      if (!left) finish(after, isWhole);
      break;
    }
    state.isFull = state.leftAt !== undefined;
    return total;
  }

  /** Everything that is listed was read. */
  function finish(tail: From, isWhole: boolean): void {
    state.leftAt = undefined;
    state.tail = tail ?? undefined;
    if (isWhole) position.forgetUnlisted();
  }

  function noteTime({ rows, dateUs = 0 }: RowPage): void {
    const times = rows.map((row) => parsePlace(row)?.createdAtUs ?? 0);
    state.platformUs = Math.max(state.platformUs, dateUs, ...times);
  }

  /** A page, of fewer rows where those of a whole one are too large for one answer. */
  async function readPage(after: From, query: LogQuery): Promise<RowPage> {
    for (;;) {
      try {
        const page = await requestPage(after, state.limit, query);
        const isStuck = page.full && state.limit === PAGE_ROWS && nextAfter(page) === undefined;
        state.limit = Math.min(PAGE_ROWS, state.limit * 2);
        return isStuck ? await requestPage(after, LARGEST_PAGE, query) : page;
      } catch (error) {
        if (!isA2AError(error) || !isTooLarge(error) || state.limit === 1) throw error;
        state.limit = Math.ceil(state.limit / 2);
      }
    }
  }

  const requestPage = (after: From, limit: number, query: LogQuery): Promise<RowPage> =>
    after === null
      ? readOldestPage(query, limit, position.cursor?.createdAtUs ?? 0)
      : readRows(requests, workspaceId, { sinceId: after, limit }, query.limits);

  return {
    get hasMore() {
      return state.isFull;
    },
    async read(limits) {
      const query = { requests, workspaceId, limits };
      if (!state.isReady) await prepare(query);
      return readFrom(startOf(), query);
    },
  };
}

const isTooLarge = ({ code }: A2AError): boolean => code === "too_large";
