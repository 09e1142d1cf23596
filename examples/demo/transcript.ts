import type { StoryEvent, Tell } from "./story";
import { textTranscript } from "./text-transcript";

/** Writes the story down as it happens. */
export interface Transcript {
  tell: Tell;
  /** Ends what is still moving on the screen. */
  close(): void;
}

/** Where a transcript is written; `process.stdout` is one. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export function createTranscript(format: "text" | "json", sink: Sink): Transcript {
  return format === "json" ? jsonTranscript(sink) : textTranscript(sink);
}

/** One JSON object for each event, with the time it was told at. */
function jsonTranscript(sink: Sink): Transcript {
  const tell = ({ type, ...facts }: StoryEvent) => {
    sink.write(`${JSON.stringify({ type, at: new Date().toISOString(), ...facts })}\n`);
  };
  return { tell, close: () => {} };
}
