import type { A2AEvent, Emit } from "../../events";
import type { Clock } from "../../runtime/clock";
import { createPlatformRegistry, type Shared } from "../shared-by-platform";
import { type Allowance, createAllowance } from "./allowance";

const registry = createPlatformRegistry<Allowance>((allowance) => allowance.stop());

interface AllowanceScope {
  readonly clock: Clock;
  readonly random: () => number;
  readonly platformUrl: string;
  readonly emit: Emit<A2AEvent>;
}

/** The allowance of a platform, which all clients of the process share. */
export function openAllowance(scope: AllowanceScope): Shared<Allowance> {
  return registry.join(scope, (emit) =>
    createAllowance({
      ...scope,
      onUsedUp: ({ limit, resetInMs }) =>
        emit({
          type: "rate_limit.used_up",
          ...(Number.isFinite(limit) ? { limit } : {}),
          resetInMs: Math.round(resetInMs),
        }),
    }),
  );
}
