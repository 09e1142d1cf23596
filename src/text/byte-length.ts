/**
 * Bytes of a text in UTF-8. Half of a surrogate pair counts as U+FFFD, which is what encoding makes of it. Counted here,
 * because test environments with a DOM have no TextEncoder.
 */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    bytes += unit < 0x800 ? 1 : 2;
    // The two halves of a pair are four bytes together; each alone would be three.
    if (isHighHalf(unit) && isLowHalf(text.charCodeAt(index + 1))) index += 1;
  }
  return bytes;
}

const isHighHalf = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
const isLowHalf = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;
