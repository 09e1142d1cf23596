import { text } from "node:stream/consumers";
import { UsageError } from "./command-errors";
import type { CliIo } from "./io";

/** The text of an argument; `-` reads all of standard input. */
export async function readText({ stdin }: CliIo, argument: string, name: string): Promise<string> {
  const given = argument === "-" ? await text(stdin) : argument;
  if (given.trim() === "") throw new UsageError(`The ${name} is blank; nothing was sent`);
  return given;
}
