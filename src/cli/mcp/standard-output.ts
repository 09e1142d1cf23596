import { Writable } from "node:stream";
import type { CliIo } from "../io";

/**
 * Takes standard output for the protocol: the returned stream alone writes to it. What anything else writes there,
 * `console.log` too, goes to standard error from now on.
 */
export function reserveStandardOutput({ stdout, stderr }: CliIo): Writable {
  const write = stdout.write.bind(stdout);
  stdout.write = stderr.write.bind(stderr);
  if (stdout instanceof Writable) {
    // A host that is gone ends the server in order: the error comes to the protocol's stream.
    stdout.removeAllListeners("error").on("error", () => {});
  }
  return new Writable({
    decodeStrings: false,
    write: (text: string, _encoding, done) => void write(text, done),
  });
}
