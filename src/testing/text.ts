const UUID = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/;

/** A UUID as the platform stores it; any other text in lower case. The database takes braces and a lack of dashes. */
export function toCanonicalId(text: string): string {
  const lower = text.toLowerCase();
  const groups = UUID.exec(lower.replace(/^\{(.*)\}$/, "$1"));
  return groups === null ? lower : groups.slice(1).join("-");
}

/** Whether the database takes a text as a UUID. */
export function isUuid(text: string): boolean {
  return UUID.test(toCanonicalId(text));
}

/** Whether the database refuses a text or, anywhere within it, a JSON value: it stores no NUL. */
export function hasNul(value: unknown): boolean {
  return /(^|[^\\])(\\\\)*\\u0000/.test(JSON.stringify(value) ?? "");
}

/**
 * Truncates a text that has more than `maxBytes` bytes in UTF-8, and appends three dots. Like the platform it counts
 * bytes, so it may split a character.
 */
export function truncate(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  return bytes.length <= maxBytes ? text : `${bytes.subarray(0, maxBytes).toString()}...`;
}

/** Whether {@link truncate} splits a character of a text. */
export function isTruncatedWithinCharacter(text: string, maxBytes: number): boolean {
  const next = Buffer.from(text)[maxBytes];
  // In UTF-8 every byte of a character but the first begins with the bits 10.
  return next !== undefined && (next & 0b1100_0000) === 0b1000_0000;
}
