import type { DemoEvent } from "./events";
import type { Sink, Transcript } from "./sink";
import { textTranscript } from "./text-transcript";

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
