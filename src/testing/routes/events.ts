import type { EventSubscriber, PlatformEvent, PlatformState } from "../model/state";
import { findWorkspace } from "../store";
import type { RouteContext } from "./context";

/** How many events wait for a subscriber that reads slowly; it loses the ones beyond. */
const MAX_WAITING = 64;

/**
 * The events of one workspace as server-sent events, from now on: there are no ids, no replay, and no comment but the
 * first.
 */
export function streamEvents(state: PlatformState) {
  return (c: RouteContext<"/workspaces/:id/events/stream">): Response => {
    const workspace = findWorkspace(state, c.req.param("id"));
    if (workspace === undefined) return c.json({ error: "workspace not found" }, 404);
    return c.body(createStream(state, workspace.id), 200, {
      "Content-Type": "text/event-stream",
      "Cache-Control": "no-cache",
      "X-Accel-Buffering": "no",
    });
  };
}

function createStream(state: PlatformState, workspaceId: string): ReadableStream<Uint8Array> {
  let subscriber: EventSubscriber | undefined;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        controller.enqueue(Buffer.from(": ping\n\n"));
        subscriber = {
          workspaceId,
          send(event) {
            if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encode(state, event));
          },
        };
        state.subscribers.add(subscriber);
      },
      cancel() {
        if (subscriber !== undefined) state.subscribers.delete(subscriber);
      },
    },
    new CountQueuingStrategy({ highWaterMark: MAX_WAITING }),
  );
}

function encode(state: PlatformState, { type, payload }: PlatformEvent): Uint8Array {
  const timestamp = Date.parse(state.timestamp());
  return Buffer.from(`data: ${JSON.stringify({ type, timestamp, data: payload })}\n\n`);
}
