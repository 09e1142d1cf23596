import { pushNotSupported, type RpcError, unsupportedOperation } from "./errors";
import type { ProtocolVersion } from "./protocol";

/** What an agent of this package serves. */
export type Operation = "send" | "get-task" | "cancel-task";

/** What a method name stands for. Its spelling tells the version of A2A in which the request is written. */
export interface Method {
  readonly version: ProtocolVersion;
  /** An operation, or why it is refused. */
  readonly operation: Operation | RpcError;
}

const NO_STREAMS = unsupportedOperation("This agent does not stream. Send the message with message/send.");
const NO_LIST = unsupportedOperation("This agent does not list its tasks. Ask for one by its id.");
const NO_PUSH = pushNotSupported("This agent sends no push notifications. Ask for the task by its id.");
const NO_CARD = unsupportedOperation("This agent has no other card than the one on the platform.");

/** Each operation by its name in A2A 0.2 and 0.3, and by that in 1.0. */
const NAMES: readonly [legacy: string, current: string, operation: Method["operation"]][] = [
  ["message/send", "SendMessage", "send"],
  ["tasks/get", "GetTask", "get-task"],
  ["tasks/cancel", "CancelTask", "cancel-task"],
  ["message/stream", "SendStreamingMessage", NO_STREAMS],
  ["tasks/resubscribe", "SubscribeToTask", NO_STREAMS],
  ["tasks/list", "ListTasks", NO_LIST],
  ["tasks/pushNotificationConfig/set", "CreateTaskPushNotificationConfig", NO_PUSH],
  ["tasks/pushNotificationConfig/get", "GetTaskPushNotificationConfig", NO_PUSH],
  ["tasks/pushNotificationConfig/list", "ListTaskPushNotificationConfigs", NO_PUSH],
  ["tasks/pushNotificationConfig/delete", "DeleteTaskPushNotificationConfig", NO_PUSH],
  ["agent/getAuthenticatedExtendedCard", "GetExtendedAgentCard", NO_CARD],
];

const METHODS: ReadonlyMap<string, Method> = new Map(
  NAMES.flatMap(([legacy, current, operation]): [string, Method][] => [
    [legacy, { version: "0.3", operation }],
    [current, { version: "1.0", operation }],
  ]),
);

/** The method with this name, if A2A has one. */
export const findMethod = (name: string): Method | undefined => METHODS.get(name);

/** Names of 1.0 begin with a capital letter, those of earlier versions never. */
export const versionOf = (name: string): ProtocolVersion => (/^[A-Z]/.test(name) ? "1.0" : "0.3");
