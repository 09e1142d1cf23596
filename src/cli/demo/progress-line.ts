import type { Sink } from "./sink";

const FRAME_MS = 100;

/** A progress line at the end of a terminal. Writes nothing when the output is not a terminal. */
export interface ProgressLine {
  /** Shows the elapsed time. */
  countUp(label: string): void;
  /** Shows the time until `label` begins, then the time since. */
  countDown(label: string, ms: number): void;
  /** Removes the line. */
  stop(): void;
}

export function createProgressLine(sink: Sink): ProgressLine {
  let timer: NodeJS.Timeout | undefined;
  let shown = 0;

  // A carriage return and spaces work on every terminal, and where NO_COLOR forbids escape codes.
  function show(text: string): void {
    sink.write(`\r${text.padEnd(shown)}`);
    shown = text.length;
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
    if (shown > 0) sink.write(`\r${" ".repeat(shown)}\r`);
    shown = 0;
  }

  function animate(frame: (elapsedMs: number) => string): void {
    stop();
    if (sink.isTTY !== true) return;
    const startedAt = performance.now();
    const draw = () => show(frame(performance.now() - startedAt));
    draw();
    timer = setInterval(draw, FRAME_MS);
  }

  return {
    countUp: (label) => animate((elapsedMs) => `${label} … ${seconds(elapsedMs)}`),
    countDown: (label, ms) =>
      animate((elapsedMs) =>
        elapsedMs < ms ? `${label} in ${seconds(ms - elapsedMs)}` : `${label} … ${seconds(elapsedMs - ms)}`,
      ),
    stop,
  };
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
