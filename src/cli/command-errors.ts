/** What a command throws for what is wrong in its use; `message` is one line that says what to do. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What a command throws to fail with one line and nothing sent. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** What a command throws once Ctrl-C has ended it; `message` says whether a peer may have the task. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}
