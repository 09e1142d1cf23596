import { type Attributes, type Context, context, type Span, trace } from "./api";

/** How a span begins and ends. */
export interface SpanWork<T> {
  start(): { span: Span; parent: Context };
  work(span: Span | undefined): Promise<T>;
  /** Adds what is known now that the work is done. */
  succeed(span: Span, value: T): void;
  fail(span: Span, error: unknown): void;
  /** Always called, with the milliseconds of the work, and with what the error was. */
  end(elapsedMs: number, error: unknown): void;
}

/**
 * Runs work within a span of its own, which is the parent of what the work begins. Settles as the work does: what the
 * tracing throws is ignored.
 */
export async function runInSpan<T>({ start, work, succeed, fail, end }: SpanWork<T>): Promise<T> {
  const startedAt = performance.now();
  const begun = ignoreErrors(start);
  const span = begun?.span;
  const finish = (record: (span: Span) => void, error: unknown) => {
    ignoreErrors(() => end(performance.now() - startedAt, error));
    if (span === undefined) return;
    ignoreErrors(() => record(span));
    ignoreErrors(() => span.end());
  };
  try {
    const value = await (begun === undefined
      ? work(undefined)
      : context.with(trace.setSpan(begun.parent, begun.span), () => work(begun.span)));
    finish((ended) => succeed(ended, value), undefined);
    return value;
  } catch (error) {
    finish((ended) => fail(ended, error), error);
    throw error;
  }
}

/** The result, or `undefined` where the function throws: a call must not fail because it is observed. */
export function ignoreErrors<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

/** The attributes that have a value. */
export function defined(attributes: Record<string, string | number | undefined>): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).filter(([, value]) => value !== undefined),
  ) as Attributes;
}
