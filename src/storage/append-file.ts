import { fileSystem, pathModule } from "./file-system";
import { flush } from "./flush";
import { isOwnFile, readLines, writeLines } from "./line-file";

const LINE_FEED = 10;

/** A file of lines that grows at its end; nothing is dropped. One writer at a time. */
export interface AppendFile {
  /** Adds a line and flushes it to the disk. Throws what the file system throws. */
  append(line: string): Promise<void>;
  /** The lines; the last one may be cut short by the end of a process. */
  read(): Promise<string[]>;
  /** Keeps the lines for which `keep` is true. */
  filter(keep: (line: string) => boolean): Promise<void>;
}

/** Creates a private file of lines at `path`. `content` names the lines in error messages. */
export function createAppendFile(path: string, content: string): AppendFile {
  return {
    async append(line) {
      const { promises, constants } = fileSystem();
      await promises.mkdir(pathModule().dirname(path), { recursive: true, mode: 0o700 });
      await isOwnFile(path, content);
      const { O_APPEND, O_CREAT, O_RDWR, O_NOFOLLOW } = constants;
      const file = await promises.open(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
      try {
        const { size } = await file.stat();
        const last = new Uint8Array(1);
        if (size > 0) await file.read(last, 0, 1, size - 1);
        // A line that was cut short must not take this one with it.
        const start = size === 0 || last[0] === LINE_FEED ? "" : "\n";
        await file.writeFile(`${start}${line}\n`);
        await flush(file, path);
      } finally {
        await file.close();
      }
    },
    read: () => readLines(path),
    async filter(keep) {
      const lines = await readLines(path);
      const kept = lines.filter(keep);
      if (kept.length < lines.length) await writeLines(path, kept);
    },
  };
}

/** Creates a file of lines in memory, for where there is no file system. */
export function createMemoryLines(): AppendFile {
  let lines: readonly string[] = [];
  return {
    async append(line) {
      lines = [...lines, line];
    },
    read: async () => [...lines],
    async filter(keep) {
      lines = lines.filter(keep);
    },
  };
}
