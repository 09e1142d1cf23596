// The platform of the soak, in a process of its own, so that only the client's memory is measured. Argument: the folder
// of the built package.
import type { FaultKind } from "a2a-peers/testing";
import { seeded } from "../../test/helpers/seeded";
import { loadLibrary } from "./library";

export interface SoakPlatform {
  readonly url: string;
  readonly me: { readonly id: string; readonly token: string };
  readonly poller: { readonly id: string; readonly token: string };
  readonly peer: string;
}

/** One request in twenty fails. Faults that wait are left out: they make the run long, not hard. */
const SHARE = 0.05;
const KINDS: readonly FaultKind[] = [
  "reset",
  "close",
  "reset-head",
  "cut",
  "cut-head",
  "cut-chunked-reset",
  "bad-chunk",
  "garbage",
  "garbage-json",
  "cut-gzip",
  "html",
  "empty",
  "redirect-307",
  "close-reused",
  "restarting",
  "busy",
  "gateway-502",
  "gateway-504",
];
const TURN_MS = 50;

const { testing } = await loadLibrary(String(process.argv[2]));
const random = seeded(1);
const platform = await testing.startPlatform();
const me = platform.addWorkspace({ name: "me" });
const poller = platform.addWorkspace({ name: "poller", deliveryMode: "poll" });
const peer = platform.addWorkspace({ name: "peer", reply: ({ text }) => `echo ${text}` });
const ready: SoakPlatform = {
  url: platform.url,
  me: { id: me.id, token: me.token ?? "" },
  poller: { id: poller.id, token: poller.token ?? "" },
  peer: peer.id,
};
process.send?.(ready);

let written = 0;
setInterval(() => {
  poller.writeAsHuman(`message ${written}`);
  written += 1;
  const faults = Math.round(platform.requests.length * SHARE);
  platform.resetRequests();
  for (let n = 0; n < faults; n += 1) {
    platform.fail("*", { kind: KINDS[Math.floor(random() * KINDS.length)] ?? "reset" }, { times: 1 });
  }
}, TURN_MS);
process.once("disconnect", () => process.exit());
