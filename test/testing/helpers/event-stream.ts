import { get, type IncomingMessage } from "node:http";
import type { TestPlatform, TestWorkspace } from "../../../src/testing/index";
import { asCaller } from "./exchange";

export interface StreamedEvent {
  type: string;
  timestamp: number;
  data: Record<string, unknown>;
}

export interface EventStream {
  readonly headers: IncomingMessage["headers"];
  /** Everything that was read, comments included. */
  text(): string;
  /** The events once there are `count`. */
  events(count: number): Promise<StreamedEvent[]>;
  close(): void;
}

/** Opens the event stream of a workspace, and waits for its first bytes. */
export function openEventStream(platform: TestPlatform, who: TestWorkspace): Promise<EventStream> {
  const url = `${platform.url}/workspaces/${who.id}/events/stream`;
  return new Promise((resolve, reject) => {
    const request = get(url, { headers: asCaller(who), agent: false }, (response) => {
      let text = "";
      let onText = (): void => undefined;
      response.setEncoding("utf8");
      response.on("error", () => undefined);
      response.on("data", (piece: string) => {
        text += piece;
        onText();
        resolve(stream);
      });
      const stream: EventStream = {
        headers: response.headers,
        text: () => text,
        async events(count) {
          while (parse(text).length < count) {
            await new Promise<void>((next) => {
              onText = next;
            });
          }
          return parse(text);
        },
        close: () => request.destroy(),
      };
    });
    request.on("error", reject);
  });
}

function parse(text: string): StreamedEvent[] {
  const complete = text.split("\n\n").slice(0, -1);
  return complete.filter((block) => block.startsWith("data: ")).map((block) => JSON.parse(block.slice(6)));
}
