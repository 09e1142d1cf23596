import { type A2AError, invalidArgument } from "../errors";
import { quote } from "../text/format";
import { checkOptionNames, type OptionNames } from "../validation/option-names";

/** A file for the user: exactly one of `path`, `bytes` and `uri` says where it is. */
export interface Attachment {
  /** A regular file on this machine, absolute or relative to the working directory. It is uploaded first. */
  path?: string | undefined;
  /** The content itself, which is uploaded first; needs a `name`. */
  bytes?: Uint8Array | undefined;
  /** A reference that the platform already has, as in an earlier message. Nothing is uploaded. */
  uri?: string | undefined;
  /** The name that the user sees. @default the last part of `path` or `uri` */
  name?: string | undefined;
  /** Media type, such as `text/csv`. @default what the platform makes of the name */
  mimeType?: string | undefined;
}

const NAMES: OptionNames<Attachment> = { path: true, bytes: true, uri: true, name: true, mimeType: true };

/** An attachment that was checked. `label` is how errors name it. */
export type CheckedAttachment = { readonly label: string; readonly mimeType?: string | undefined } & (
  | { readonly kind: "path"; readonly path: string; readonly name: string }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array; readonly name: string }
  | { readonly kind: "uri"; readonly uri: string; readonly name: string }
);

/** Checks a list of attachments. Opens no file. Throws `invalid_argument`, naming the attachment. */
export function checkAttachments(value: unknown): readonly CheckedAttachment[] {
  if (value === undefined) return [];
  if (!Array.isArray(value))
    throw invalidArgument(`Expected \`attachments\` to be an array, got ${quote(value)}.`);
  return value.map(checkAttachment);
}

function checkAttachment(value: unknown, index: number): CheckedAttachment {
  const label = `attachments[${index}]`;
  const reject = (problem: string) => invalidArgument(`Expected \`${label}\` to ${problem}.`);
  if (typeof value !== "object" || value === null) {
    throw reject(`be an object with a path, bytes or a uri, got ${quote(value)}`);
  }
  checkOptionNames(value, NAMES, invalidArgument, `${label}.`);
  const { path, bytes, uri, name, mimeType } = value as Record<keyof Attachment, unknown>;
  const given = [path, bytes, uri].filter((each) => each !== undefined);
  if (given.length !== 1) throw reject("have exactly one of `path`, `bytes` and `uri`");
  const common = { label, mimeType: checkMimeType(mimeType, reject) };
  if (bytes !== undefined) {
    if (!(bytes instanceof Uint8Array)) throw reject("have a Uint8Array as `bytes`");
    return { ...common, kind: "bytes", bytes, name: checkName(name, undefined, reject) };
  }
  const kind = path === undefined ? "uri" : "path";
  const place = path ?? uri;
  if (typeof place !== "string" || place.trim() === "" || place.includes("\0")) {
    throw reject(`have a \`${kind}\` that is text without NUL, got ${quote(place)}`);
  }
  const named = { ...common, name: checkName(name, lastPart(place), reject) };
  return kind === "uri" ? { ...named, kind, uri: place } : { ...named, kind, path: place };
}

const lastPart = (place: string): string | undefined => place.split(/[/\\]/).findLast((part) => part !== "");

type RejectWith = (problem: string) => A2AError;

function checkName(name: unknown, otherwise: string | undefined, reject: RejectWith): string {
  const chosen = name ?? otherwise;
  if (typeof chosen === "string" && chosen.trim() !== "" && chosen.length <= 255) return chosen;
  throw reject(`have a \`name\` of 1 to 255 characters, got ${quote(chosen)}`);
}

const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:;[\x20-\x7e]*)?$/;

function checkMimeType(mimeType: unknown, reject: RejectWith): string | undefined {
  if (mimeType === undefined) return undefined;
  if (typeof mimeType === "string" && mimeType.length <= 255 && MEDIA_TYPE.test(mimeType)) return mimeType;
  throw reject(`have a \`mimeType\` such as text/plain, got ${quote(mimeType)}`);
}
