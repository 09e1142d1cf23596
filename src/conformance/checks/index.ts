import type { Check } from "../check";
import { ACCESS } from "./access";
import { ACTIVITY } from "./activity";
import { AGENT } from "./agent";
import { CARD } from "./card";
import { DELEGATE } from "./delegate";
import { DISCOVER } from "./discover";
import { EVENTS } from "./events";
import { GATE } from "./gate";
import { HEALTH } from "./health";
import { HEARTBEAT } from "./heartbeat";
import { INFO } from "./info";
import { LIMIT } from "./limit";
import { MEMORIES } from "./memories";
import { MESSAGE } from "./message";
import { NOTIFY } from "./notify";
import { PEERS } from "./peers";
import { QUEUE } from "./queue";
import { REGISTER } from "./register";
import { REGISTER_EFFECTS } from "./register-effects";
import { STATE } from "./state";
import { STATUS } from "./status";
import { TENANT } from "./tenant";
import { TOKENS } from "./tokens";
import { UPLOADS } from "./uploads";
import { URLS } from "./urls";

/** Every check. LIMIT comes last, because it may use up the rate limit. */
export const CHECKS: readonly Check[] = [
  ...HEALTH,
  ...TENANT,
  ...REGISTER,
  ...REGISTER_EFFECTS,
  ...URLS,
  ...HEARTBEAT,
  ...STATUS,
  ...CARD,
  ...DISCOVER,
  ...PEERS,
  ...ACCESS,
  ...INFO,
  ...STATE,
  ...GATE,
  ...MESSAGE,
  ...AGENT,
  ...QUEUE,
  ...DELEGATE,
  ...NOTIFY,
  ...UPLOADS,
  ...MEMORIES,
  ...ACTIVITY,
  ...EVENTS,
  ...TOKENS,
  ...LIMIT,
];
