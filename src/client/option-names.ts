import { configurationError } from "../errors";
import type { TlsOptions } from "../transport/http/tls";
import { checkOptionNames, type OptionNames } from "../validation/option-names";
import type {
  A2AClientOptions,
  EnricherOptions,
  LimitOptions,
  RetryOptions,
  TimeoutOptions,
} from "./options";

const CLIENT: OptionNames<A2AClientOptions> = {
  platformUrl: true, workspaceId: true, token: true, workspaces: true, orgId: true, deployMode: true, origin: true,
  delivery: true, retry: true, timeouts: true, limits: true, enricher: true, tls: true, fetch: true, random: true,
  clock: true, logger: true, telemetry: true, onEvent: true,
}; // biome-ignore format: one list

const RETRY: OptionNames<RetryOptions> = {
  maxAttempts: true, baseDelayMs: true, maxDelayMs: true, jitter: true, timeouts: true, recoveryGate: true, budgetMs: true,
}; // biome-ignore format: one list

const TIMEOUTS: OptionNames<TimeoutOptions> = { sendMs: true, requestMs: true, enrichMs: true };

const LIMITS: OptionNames<LimitOptions> = {
  requestBytes: true, responseBytes: true, maxConcurrentSends: true, idleConnectionMs: true,
}; // biome-ignore format: one list

const ENRICHER: OptionNames<EnricherOptions> = {
  ttlMs: true, failureTtlMs: true, maxPeers: true, workers: true, maxQueued: true,
}; // biome-ignore format: one list

const TLS: OptionNames<TlsOptions> = { ca: true, cert: true, key: true, passphrase: true, servername: true };

/** The options that hold other options. */
const SECTIONS = { retry: RETRY, timeouts: TIMEOUTS, limits: LIMITS, enricher: ENRICHER, tls: TLS } as const;

const NESTED = Object.entries(SECTIONS).flatMap(([section, names]) =>
  Object.keys(names).map((name) => `${section}.${name}`),
);

/** Throws `configuration` for an option of the client that does not exist, at any level. */
export function checkClientOptionNames(options: A2AClientOptions): void {
  checkOptionNames(options, CLIENT, configurationError, "", NESTED);
  for (const [section, names] of Object.entries(SECTIONS)) {
    const values: unknown = options[section as keyof typeof SECTIONS];
    if (typeof values !== "object" || values === null) continue;
    checkOptionNames(values, names, configurationError, `${section}.`, [...Object.keys(CLIENT), ...NESTED]);
  }
}
