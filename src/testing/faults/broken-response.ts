import type { FaultGroup } from "./fault";
import {
  CHUNKED,
  COMPLETE,
  chunk,
  HALF_HEAD,
  head,
  LARGE,
  PART_OF_REPLY,
  REPLY,
  WITH_LENGTH,
} from "./payloads";
import { drip, onSocket, raw } from "./responses";

const IDLE_CLOSE_MS = 100;
const IDLE_RESET_MS = 200;

/** Responses that are missing, or break off. */
export const BROKEN_RESPONSES = {
  reset: onSocket((socket) => socket.resetAndDestroy()),
  close: raw("", "fin"),
  stall: raw("", "none"),

  "cut-status-line": raw("HTTP/1.1 20", "fin"),
  "cut-head": raw(HALF_HEAD, "fin"),
  "cut-head-reset": raw(HALF_HEAD, "reset"),
  "stall-head": raw(HALF_HEAD, "none"),
  "drip-head": drip("HTTP/1.1 200 OK\r\nx-drip: ", "a"),

  cut: raw(WITH_LENGTH + PART_OF_REPLY, "fin"),
  "cut-reset": raw(WITH_LENGTH + PART_OF_REPLY, "reset"),
  "cut-chunked": raw(CHUNKED + chunk(PART_OF_REPLY), "fin"),
  "cut-chunked-reset": raw(CHUNKED + chunk(PART_OF_REPLY), "reset"),
  "cut-close-delimited": raw(head() + PART_OF_REPLY, "fin"),
  "bad-chunk": raw(`${CHUNKED}${chunk(PART_OF_REPLY)}zz\r\n`, "fin"),
  "stall-body": raw(WITH_LENGTH + PART_OF_REPLY, "none"),
  drip: drip(head() + LARGE.start, "a"),
  "extra-bytes": raw(`${COMPLETE}and more`, "fin"),
  chunked: raw(`${CHUNKED}${chunk(REPLY)}0\r\n\r\n`, "fin"),

  "idle-close": raw(WITH_LENGTH + REPLY, "fin", IDLE_CLOSE_MS),
  "idle-reset": onSocket((socket) => {
    socket.write(WITH_LENGTH + REPLY);
    socket.pause();
    setTimeout(() => socket.resetAndDestroy(), IDLE_RESET_MS);
  }),
} satisfies FaultGroup;
