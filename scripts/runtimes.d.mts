/** A JavaScript runtime: with its `binary`, or with the `reason` why there is none. */
export interface Runtime {
  readonly name: string;
  /** What stands before a script in its command line. */
  readonly args: readonly string[];
  readonly binary?: string;
  readonly version?: string;
  readonly reason?: string;
}

export const RUNTIME_NAMES: readonly string[];
export function installRuntimes(names?: readonly string[], folder?: string): Promise<Runtime[]>;
