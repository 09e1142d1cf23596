/** The exit codes of every command. They are public: scripts rely on them. */
export const EXIT = {
  ok: 0,
  /** It failed, and no peer has received anything. */
  failed: 1,
  /** The command line, the environment or an option is wrong; nothing was sent. */
  usage: 2,
  /** It failed, and the peer may have the task. */
  maybe: 3,
  /** The peer received it, and it failed. */
  confirmed: 4,
  /** Accepted, without an answer so far. */
  pending: 5,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

export const EXIT_CODES_HELP = `Exit codes:
  0    done
  1    failed; no peer has received anything
  2    the command line or the configuration is wrong; nothing was sent
  3    failed; the peer may have the task: do not repeat it blindly
  4    the peer received it, and it failed
  5    accepted, without an answer so far (queued, running, or a question)
  130  ended by Ctrl-C; the last line says whether a peer may have the task
`;
