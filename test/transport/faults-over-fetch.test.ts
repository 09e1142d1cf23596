import { describe } from "vitest";
import { faultSuite } from "../helpers/sockets-fault-suite";

describe("faults over the built-in fetch", () => {
  faultSuite({ fetch: globalThis.fetch }, (row) => row.overFetch ?? row.expected);
});
