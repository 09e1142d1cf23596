import { stripVTControlCharacters } from "node:util";
import createSpinner from "yocto-spinner";
import type { CliIo } from "./io";
import { printNote } from "./output";
import { truncate } from "./wrap";

/** What a command shows on standard error while it waits. */
export interface Progress {
  /** Shows at once what has changed; does nothing without a terminal. */
  refresh(): void;
  /** The same for a change that is worth a line where there is no terminal. */
  note(line: string): void;
  stop(): void;
}

const SECOND_MS = 1000;
/** Without a terminal the wait is reported after so long, and again each time it has doubled. */
const FIRST_REPORT_MS = 10_000;

/**
 * Shows `describe()` until it is stopped: on a terminal beside a spinner, renewed each second, else as a line after 10,
 * 20, 40, 80 … seconds.
 */
export function startProgress(io: CliIo, describe: () => string): Progress {
  return io.stderr.isTTY === true ? startSpinner(io, describe) : startLines(io, describe);
}

function startSpinner({ stderr, env }: CliIo, describe: () => string): Progress {
  // The spinner's prefix takes two columns, and a full line would wrap.
  const width = (stderr.columns || 80) - 3;
  const text = () => truncate(stripVTControlCharacters(describe()), width);
  const spinner = createSpinner({
    text: text(),
    stream: stderr as NodeJS.WriteStream,
    // Ctrl-C ends the command, which stops the spinner.
    handleSignals: false,
    ...(env.NO_COLOR ? { color: "white" as const } : {}),
  }).start();
  const update = () => {
    spinner.text = text();
  };
  const timer = setInterval(update, SECOND_MS);
  return {
    refresh: update,
    note: update,
    stop() {
      clearInterval(timer);
      spinner.stop();
    },
  };
}

function startLines(io: CliIo, describe: () => string): Progress {
  let timer: NodeJS.Timeout;
  const reportAfter = (delayMs: number) => {
    timer = setTimeout(() => {
      printNote(io, describe());
      reportAfter(delayMs * 2);
    }, delayMs);
  };
  // Each report doubles the time waited in all.
  timer = setTimeout(() => {
    printNote(io, describe());
    reportAfter(FIRST_REPORT_MS);
  }, FIRST_REPORT_MS);
  return { refresh: () => {}, note: (line) => printNote(io, line), stop: () => clearTimeout(timer) };
}
