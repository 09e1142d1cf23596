// Acquires a lock and releases it as messages say. Argument: path of the lock.
import { createLock } from "../../../src/storage/lock";

const path = String(process.argv[2]);
let lock = createLock(path);

process.on("message", async (command) => {
  if (command === "release") {
    lock.release();
    lock = createLock(path);
    process.send?.("released");
    return;
  }
  const outcome = await lock.acquire().then(
    () => "won",
    () => "lost",
  );
  process.send?.(outcome);
});
process.once("disconnect", () => process.exit());
process.send?.("ready");
