// Adding a line here is an API decision: what is exported has to be kept.
export type { InboxEvent } from "../events";
export { createInbox, type Inbox } from "./inbox";
export type { StopOptions } from "./lifecycle";
export type { InboxHandler, InboxHandlerResult, InboxMessage, InboxSender } from "./message";
export type { AskOptions, InboxOptions } from "./options";
export type { ReceiveOptions } from "./receive";
