import type { ConnectionOptions } from "../client";

/** The options of `a2a-peers inbox`. */
export interface InboxCommandOptions extends ConnectionOptions {
  readonly since?: number;
  readonly take?: boolean;
  readonly timeout?: number;
  readonly exec?: string;
}
