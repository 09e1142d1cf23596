import { A2AError, invalidArgument } from "../errors";
import { fileSystem, hasErrorCode, hasFileSystem } from "../storage/file-system";
import { quote } from "../text/format";
import type { CheckedAttachment } from "./attachment";

const MEBIBYTE = 1024 * 1024;
/** The platform's limits for one file, and for all of one upload with the frame around them. */
const MAX_FILE_BYTES = 25 * MEBIBYTE;
const MAX_TOTAL_BYTES = 50 * MEBIBYTE;
/** What a frame around one file has at most: its names and its type. */
const FRAME_BYTES = 4096;

/** A file to upload. */
export interface FileContent {
  readonly name: string;
  readonly mimeType?: string | undefined;
  readonly bytes: Uint8Array;
}

type FileAttachment = Exclude<CheckedAttachment, { kind: "uri" }>;

/**
 * Reads the files to upload, in their order. Throws `invalid_argument` for what cannot be read, and `too_large` above
 * the platform's limits, naming the attachment.
 */
export async function readFiles(attachments: readonly FileAttachment[]): Promise<FileContent[]> {
  const files: FileContent[] = [];
  let total = 0;
  for (const attachment of attachments) {
    const { name, mimeType } = attachment;
    const bytes = attachment.kind === "bytes" ? attachment.bytes : await readFile(attachment);
    checkSize(attachment, bytes.length);
    total += bytes.length + FRAME_BYTES;
    if (total > MAX_TOTAL_BYTES) {
      throw tooLarge("The attachments have more than 50 MiB in all. Send them with several messages.");
    }
    files.push({ name, mimeType, bytes });
  }
  return files;
}

async function readFile({ label, path }: Extract<FileAttachment, { kind: "path" }>): Promise<Uint8Array> {
  const where = `\`${label}\` (${quote(path)})`;
  if (!hasFileSystem()) {
    throw invalidArgument(
      `There is no file system here to read ${where} from: give its \`bytes\` and a \`name\`.`,
    );
  }
  const { stat, readFile: read } = fileSystem().promises;
  try {
    const stats = await stat(path);
    if (!stats.isFile()) throw invalidArgument(`${where} is no regular file.`);
    checkSize({ label }, stats.size);
    return await read(path);
  } catch (error) {
    if (error instanceof A2AError) throw error;
    if (hasErrorCode(error, "ENOENT")) throw invalidArgument(`${where} does not exist.`);
    throw invalidArgument(`${where} cannot be read (${String((error as { code?: unknown }).code)}).`);
  }
}

function checkSize({ label }: Pick<FileAttachment, "label">, size: number): void {
  if (size > MAX_FILE_BYTES)
    throw tooLarge(`\`${label}\` has ${size} bytes; the platform takes 25 MiB of a file.`);
}

const tooLarge = (problem: string): A2AError =>
  new A2AError({ code: "too_large", message: `${problem} Nothing was sent.` });
