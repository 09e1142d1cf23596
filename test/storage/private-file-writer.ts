// Writes files as fast as it can until it is killed. Arguments: the files.
import { writePrivateFile } from "../../src/storage/private-file";

const LONGEST = 4000;

for (let count = 0; ; count += 1) {
  for (const path of process.argv.slice(2)) {
    // Both ends tell the number, so that a part of it cannot pass for the whole.
    const filling = "x".repeat(Math.floor(Math.random() * LONGEST));
    await writePrivateFile(path, `${count}:${filling}:${count}`);
  }
  if (count === 0) process.send?.("written");
}
