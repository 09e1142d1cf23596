const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/**
 * Truncates a text that has more than `maxBytes` bytes in UTF-8, and appends three dots. Like the platform it counts
 * bytes, so it may split a character.
 */
export function truncate(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  return bytes.length <= maxBytes ? text : `${bytes.subarray(0, maxBytes).toString()}...`;
}
