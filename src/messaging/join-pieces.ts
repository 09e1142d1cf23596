/** How the text that is joined so far ends. */
interface Ending {
  /** The last characters. */
  tail: string;
  /** Code fences on the lines that are complete. */
  fences: number;
  /** The first characters of the last line. */
  lineStart: string;
}

const TAIL_LENGTH = 16;

/**
 * Joins the text parts of one artifact. Agents append to an artifact as they produce it, so parts are pieces of one
 * text and are joined as they are. A line feed goes only between a piece that ends a sentence or a block and one that
 * begins a new one, with no white space on either side. In doubt there is none: it could split a number or a name.
 */
export function joinPieces(pieces: readonly string[]): string {
  const ending: Ending = { tail: "", fences: 0, lineStart: "" };
  const joined: string[] = [];
  for (const piece of pieces) {
    if (piece === "") continue;
    if (startsNewLine(ending, piece)) append("\n");
    append(piece);
  }
  return joined.join("");

  function append(text: string): void {
    joined.push(text);
    ending.tail = (ending.tail + text).slice(-TAIL_LENGTH);
    for (const [index, line] of text.split("\n").entries()) {
      if (index > 0) {
        if (FENCE.test(ending.lineStart)) ending.fences += 1;
        ending.lineStart = "";
      }
      ending.lineStart = (ending.lineStart + line.slice(0, TAIL_LENGTH)).slice(0, TAIL_LENGTH);
    }
  }
}

const FENCE = /^ {0,3}(?:```|~~~)/;

function startsNewLine({ tail, fences, lineStart }: Ending, piece: string): boolean {
  const onFenceLine = FENCE.test(lineStart);
  const insideFence = (fences + (onFenceLine ? 1 : 0)) % 2 === 1;
  if (insideFence || !BLOCK_START.test(piece)) return false;
  if (onFenceLine) return FENCE_END.test(tail);
  if (!SENTENCE_END.test(tail) || NAME_END.test(tail)) return false;
  return !NUMBERED_ITEM.test(piece) || WORD_END.test(tail);
}

/** A capital letter, a list marker, a heading or a code fence. */
const BLOCK_START = /^(?:\p{Lu}|[-*+•] |\d{1,3}[.)] |#{1,6} |```|~~~)/u;

const SENTENCE_END = /[.!?:]$/;

const FENCE_END = /(?:```|~~~)$/;

/** An initial such as `J.`, a drive such as `C:`, or a scope such as `std::`: more of a name may follow. */
const NAME_END = /(?:(?<![\p{L}\p{N}])\p{L}[.:]|::)$/u;

const NUMBERED_ITEM = /^\d/;

/** A number after another number, or after free-standing punctuation, may be a part of it. */
const WORD_END = /\p{L}[.!?:]$/u;
