// Writes files as fast as it can until it is killed. Arguments: the files.
import { writePrivateFile } from "../../../src/storage/private-file";

const LONGEST = 4000;

for (let count = 0; ; count += 1) {
  for (const path of process.argv.slice(2)) {
    // The number at both ends, so that no part of the content looks whole.
    const padding = "x".repeat(Math.floor(Math.random() * LONGEST));
    await writePrivateFile(path, `${count}:${padding}:${count}`);
  }
  if (count === 0) process.send?.("written");
}
