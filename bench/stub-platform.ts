import { startProgram } from "./program";

/** What the stub platform has done since its start. */
export interface PlatformCounts {
  readonly requests: number;
  readonly connections: number;
  /** The most connections that were open at the same time. */
  readonly mostOpen: number;
  readonly cpuUs: number;
}

export interface StubPlatform extends Disposable {
  readonly url: string;
  counts(): Promise<PlatformCounts>;
  /** Changes the size of the replies, in bytes, or the number of peers that are listed. */
  configure(changes: { readonly replyBytes?: number; readonly peers?: number }): Promise<PlatformCounts>;
}

/** Starts a platform in a process of its own that responds as fast as Node can. */
export async function startStubPlatform(): Promise<StubPlatform> {
  const program = await startProgram<{ port: number }, object, PlatformCounts>("platform.mjs");
  return {
    url: `http://127.0.0.1:${program.ready.port}`,
    counts: () => program.ask({}),
    configure: (changes) => program.ask(changes),
    [Symbol.dispose]: () => program[Symbol.dispose](),
  };
}
