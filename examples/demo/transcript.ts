import type { DemoEvent, Emit } from "./events";
import { textTranscript } from "./text-transcript";

/** Prints events as they happen. */
export interface Transcript {
  emit: Emit;
  /** Stops the progress line. */
  close(): void;
}

/** The output of a transcript, such as `process.stdout`. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export function createTranscript(format: "text" | "json", sink: Sink): Transcript {
  return format === "json" ? jsonTranscript(sink) : textTranscript(sink);
}

/** One JSON object for each event, with its time. */
function jsonTranscript(sink: Sink): Transcript {
  const emit = ({ type, ...facts }: DemoEvent) => {
    sink.write(`${JSON.stringify({ type, at: new Date().toISOString(), ...facts })}\n`);
  };
  return { emit, close: () => {} };
}
