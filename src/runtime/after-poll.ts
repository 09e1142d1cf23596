/**
 * Calls `callback` once the event loop has read from its sockets. After a pause of the process its timers run before
 * anything that has arrived meanwhile is read, so a limit that strikes looks once more before it decides.
 */
export function afterPoll(callback: () => void): void {
  // Looked up for each call, so that a test that replaces the timers is seen; workers have no setImmediate.
  if (typeof setImmediate === "function") setImmediate(callback);
  else setTimeout(callback, 0);
}
