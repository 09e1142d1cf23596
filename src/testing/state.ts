import { lookup } from "node:dns/promises";
import type { Clock } from "../runtime/clock";
import type { Activity } from "./activity/activity";
import type { Dispatch } from "./agents/dispatch";
import type { QueuedMessage } from "./agents/message-queue";
import type { Workspace } from "./workspace";

/** What the platform told its listeners, in order. */
export interface PlatformEvent {
  /** Upper case, for example `WORKSPACE_ONLINE`. */
  type: string;
  workspaceId: string;
  payload: Record<string, unknown>;
}

export type DeployMode = "saas" | "self-hosted";
export type PlatformVersion = "2026-04" | "2026-05";

/** What is decided once, at the start of a platform. */
export interface PlatformSettings {
  readonly clock: Clock;
  readonly deployMode: DeployMode;
  readonly version: PlatformVersion;
  readonly allowLoopback: boolean;
  /** Requests per minute and address; undefined holds nothing back. */
  readonly rateLimit: number | undefined;
  /** The tenant's organisation; undefined is a self-hosted platform, which asks for none. */
  readonly orgId: string | undefined;
  readonly adminToken: string | undefined;
  /** The addresses of a host name; rejects for one that has none. */
  readonly resolve: (hostname: string) => Promise<string[]>;
}

/** Everything one running platform knows. Each rule reads or writes its own part. */
export interface PlatformState extends PlatformSettings {
  /** By lower-case id, in the order of creation. */
  readonly workspaces: Map<string, Workspace>;
  readonly queue: QueuedMessage[];
  readonly events: PlatformEvent[];
  /** What workspaces did and what was done to them, oldest first; also the inboxes of agents that poll. */
  readonly activities: Activity[];
  /** Dispatches that wait for an agent; closing the platform gives them up. */
  readonly dispatches: Set<Dispatch>;
  /** The ways to call off what is still to happen; closing the platform does. */
  readonly timers: Set<() => void>;
  /** RFC 3339 now, so many milliseconds after the start as the platform's clock says. */
  timestamp(): string;
  /** The same for any time of the clock. */
  timestampAt(time: number): string;
}

type GivenSettings = { readonly [Name in keyof PlatformSettings]?: PlatformSettings[Name] | undefined };

export function createState(settings: GivenSettings & { readonly clock: Clock }): PlatformState {
  const { clock } = settings;
  const startedAt = Date.now() - clock.now();
  const timestampAt = (time: number): string => new Date(startedAt + time).toISOString();
  return {
    clock,
    deployMode: settings.deployMode ?? "self-hosted",
    version: settings.version ?? "2026-05",
    allowLoopback: settings.allowLoopback ?? true,
    rateLimit: settings.rateLimit,
    orgId: settings.orgId,
    adminToken: settings.adminToken,
    resolve: settings.resolve ?? addressesOf,
    workspaces: new Map(),
    queue: [],
    events: [],
    activities: [],
    dispatches: new Set(),
    timers: new Set(),
    timestamp: () => timestampAt(clock.now()),
    timestampAt,
  };
}

/** Ids are UUIDs, which the platform compares without regard to case. */
export function findWorkspace(state: PlatformState, id: string): Workspace | undefined {
  return state.workspaces.get(id.toLowerCase());
}

async function addressesOf(hostname: string): Promise<string[]> {
  return (await lookup(hostname, { all: true })).map(({ address }) => address);
}
