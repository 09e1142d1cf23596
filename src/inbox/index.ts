/**
 * The messages of a workspace that fetches them, each handed over at least once.
 *
 * @module a2a-peers/inbox
 */

// Adding a line here is an API decision: what is exported has to be kept.
export type { InboxEvent } from "../events";
export { createInbox, type Inbox } from "./inbox";
export type { StopOptions } from "./lifecycle";
export type { InboxHandler, InboxHandlerResult, InboxMessage, InboxSender } from "./message";
export type { AskOptions, InboxOptions } from "./options";
export type { ReceiveOptions } from "./receive";
