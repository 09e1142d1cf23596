import { createParser } from "eventsource-parser";
import { isRecord, parseJson } from "../text/json";

/** An event of the platform about one workspace. */
export interface WorkspaceEvent {
  /** For example `ACTIVITY_LOGGED` or `WORKSPACE_HEARTBEAT`. */
  readonly type: string;
  /** The fields of the event; empty for an event without any. Untrusted. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** The largest event, in characters: the platform's have a few hundred. */
const MAX_EVENT_CHARACTERS = 1024 * 1024;

/** Creates a function that takes the text of a stream piece by piece. Throws when an event is too large to be one. */
export function createEventParser(onEvent: (event: WorkspaceEvent) => void): (text: string) => void {
  let pending = 0;
  const parser = createParser({
    onEvent({ data }) {
      pending = 0;
      const parsed = parseJson(data);
      if (!parsed.ok || !isRecord(parsed.value) || typeof parsed.value.type !== "string") return;
      const fields = parsed.value.data;
      onEvent({ type: parsed.value.type, data: isRecord(fields) ? fields : {} });
    },
    onComment() {
      pending = 0;
    },
  });
  return (text) => {
    pending += text.length;
    if (pending > MAX_EVENT_CHARACTERS) throw new Error("an event is larger than 1 MiB");
    parser.feed(text);
  };
}
