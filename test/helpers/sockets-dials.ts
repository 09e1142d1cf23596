import { Socket } from "node:net";
import { vi } from "vitest";

/** Records every host that this process connects to, with any client, until it is restored. */
export function recordConnections(): { readonly hosts: ReadonlySet<string>; restore(): void } {
  const hosts = new Set<string>();
  const original = Socket.prototype.connect;
  const spy = vi.spyOn(Socket.prototype, "connect").mockImplementation(function connect(
    this: Socket,
    ...args
  ) {
    const first: unknown = args[0];
    // `net.connect` passes its arguments as one array.
    hosts.add(hostOf(Array.isArray(first) ? first[0] : first));
    return Reflect.apply(original, this, args);
  });
  return { hosts, restore: () => spy.mockRestore() };
}

function hostOf(options: unknown): string {
  const { host, path } = Object(options) as { host?: string; path?: string };
  return host ?? path ?? "localhost";
}
