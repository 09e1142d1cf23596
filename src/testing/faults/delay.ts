import type { Socket } from "node:net";
import type { Clock } from "../../runtime/clock";

/** Runs `act` after `delayMs` of clock time, unless the connection ends before. */
export function waitingFor(clock: Clock, delayMs: number, socket: Socket, act: () => void): void {
  if (delayMs === 0) {
    act();
    return;
  }
  const cancel = clock.setTimer(() => {
    socket.off("close", cancel);
    act();
  }, delayMs);
  socket.once("close", cancel);
}
