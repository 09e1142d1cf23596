const ODD_NUMBERS = [0, -1, 1.5, 2 ** 31, 2 ** 32, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, 1e308, -0];

/** Half of them numbers that timers and limits take for something else. */
export const randomNumber = (random: () => number): number =>
  random() < 0.5
    ? (ODD_NUMBERS[Math.floor(random() * ODD_NUMBERS.length)] ?? 0)
    : Math.floor(2 ** (random() * 40));

/** Up to 40 characters, many of them of some meaning in URLs, headers and JSON. */
export function randomText(random: () => number): string {
  const pool = "abc019-/?#%.:@[]{}\\\"' \r\n\t\0\u00e9\ud800\u{1f600}\u202e";
  return Array.from(
    { length: Math.floor(random() * 40) },
    () => pool[Math.floor(random() * pool.length)],
  ).join("");
}
