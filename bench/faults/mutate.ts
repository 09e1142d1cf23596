/** Values that programs take for something else. */
const ODD_VALUES = [
  "null",
  "true",
  "-1",
  "1e999",
  "9007199254740993",
  '""',
  "[]",
  "{}",
  '"\\u0000"',
  '"\\ud800"',
  '{"__proto__":{"polluted":true}}',
];

/** A text with one to three random changes: most often of whole values of its JSON, else of its bytes. */
export function mutate(text: string, random: () => number): Buffer {
  const change = random() < 0.6 ? replaceValue : changeBytes;
  let bytes: Buffer = Buffer.from(text);
  for (let changes = 1 + Math.floor(random() * 3); changes > 0; changes -= 1) bytes = change(bytes, random);
  return bytes;
}

function changeBytes(bytes: Buffer, random: () => number): Buffer {
  const at = Math.floor(random() * bytes.length);
  const length = Math.floor(random() * 20);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (Math.floor(random() * 4)) {
    case 0:
      return Buffer.concat([before, Buffer.from([Math.floor(random() * 256)]), after.subarray(1)]);
    case 1:
      return Buffer.concat([before, after.subarray(length)]);
    case 2:
      return Buffer.concat([before, after.subarray(0, length), after]);
    default:
      return Buffer.from(before);
  }
}

/** Puts an odd value in the place of a value of the JSON text. */
function replaceValue(bytes: Buffer, random: () => number): Buffer {
  const text = bytes.toString("latin1");
  const values = [...text.matchAll(/(?<=:)("(?:[^"\\]|\\.)*"|[\d.]+|true|false|null|[[{])/g)];
  const value = values[Math.floor(random() * values.length)];
  const odd = ODD_VALUES[Math.floor(random() * ODD_VALUES.length)] ?? "";
  if (value === undefined) return Buffer.from(odd);
  return Buffer.from(text.slice(0, value.index) + odd + text.slice(value.index + value[0].length), "latin1");
}
