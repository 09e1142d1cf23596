import { runCommand } from "./cli";

// The reader may close the pipe early, as in `npm run conformance | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});
process.exitCode = await runCommand(process.argv.slice(2), process.env, process.stdout, process.stderr);
