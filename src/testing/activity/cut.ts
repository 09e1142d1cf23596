/** What is longer than so many bytes is cut and marked with dots. The cut may fall into the middle of a character. */
export function cut(text: string, bytes: number): string {
  const whole = Buffer.from(text);
  return whole.length <= bytes ? text : `${whole.subarray(0, bytes).toString()}...`;
}
