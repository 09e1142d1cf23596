import type { Sink } from "./transcript";

const FRAME_MS = 100;

/** The last line of a terminal while something is awaited. Writes nothing where there is no terminal. */
export interface LiveLine {
  /** Shows how long it has taken so far. */
  countUp(label: string): void;
  /** Shows how long it is until `label` begins, and from then on how long that takes. */
  countDown(label: string, ms: number): void;
  /** Takes the line away. */
  stop(): void;
}

export function liveLine(sink: Sink): LiveLine {
  let timer: NodeJS.Timeout | undefined;
  let shown = 0;

  // A carriage return and spaces do on every terminal, also where NO_COLOR forbids escape codes.
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
