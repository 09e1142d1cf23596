import { describe } from "vitest";
import { faultSuite } from "../helpers/sockets-fault-suite";

describe("faults over node:http", () => {
  faultSuite({}, (row) => row.expected);
});
