import type { CliIo } from "./io";
import { createColors, toLine } from "./output";

/** Names with their values, one a line; what is absent or empty is left out. Values may be untrusted text. */
export function formatFields(io: CliIo, fields: Readonly<Record<string, unknown>>): string {
  const present = Object.entries(fields).filter(
    ([, value]) => value !== undefined && value !== null && value !== "",
  );
  const { bold } = createColors(io, io.stdout);
  const width = Math.max(...present.map(([name]) => name.length));
  return present.map(([name, value]) => `${bold(name.padEnd(width))}  ${toLine(String(value))}`).join("\n");
}
