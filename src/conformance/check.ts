import type { TestPlatform } from "a2a-peers/testing";
import type { Credentials, SendRequest } from "./http";
import type { Operator } from "./operator";

export type Version = "2026-04" | "2026-05";
export type DeployMode = "self-hosted" | "saas";

/** What a check may need. A platform provides all of it, or only a part. */
export interface Resources {
  readonly self: Credentials;
  /** Id of a workspace that `self` may talk to and send messages to. */
  readonly peer: string;
  /** Id of that peer, where it has a URL: the same messages reach an agent. */
  readonly reachablePeer: string;
  readonly peerToken: string;
  /** Id of a workspace that `self` may not talk to. */
  readonly stranger: string;
  readonly adminToken: string;
  readonly orgId: string;
  /** A workspace that a check may register, degrade and write to: a new one for each call where possible. */
  readonly scratch: () => Credentials;
  /** Permission to leave unused workspaces on the platform. */
  readonly changes: true;
  /** Requests to a platform whose rate limit may be used up. */
  readonly limited: SendRequest;
  readonly selfHosted: true;
  readonly saas: true;
  /** The operator, who creates, pauses, limits and removes workspaces, with agents on this machine. */
  readonly operator: Operator;
  /** The embedded platform, for states that no request can cause. */
  readonly embedded: TestPlatform;
}

export type ResourceName = keyof Resources;

/** The platform under test and the resources that it provides. */
export interface Target {
  readonly version: Version;
  readonly request: SendRequest;
  readonly resources: Partial<Resources>;
}

/** The argument of a check: the requester, the version and the resources that it needs. */
export type CheckContext<N extends ResourceName> = Pick<Target, "request" | "version"> & Pick<Resources, N>;

export interface Check {
  /** The topic and a name, for example `register.first-token`. */
  readonly id: string;
  /** What the platform does, as a sentence. */
  readonly title: string;
  readonly needs: readonly ResourceName[];
  /** The only version with this rule; the check is skipped for the other one. */
  readonly only?: Version;
  /** Why a platform of either version may deviate. */
  readonly mayFail?: string;
  /** Rejects with what the platform did instead. */
  run(target: Target): Promise<void>;
}

interface Definition<N extends ResourceName> extends Pick<Check, "id" | "title" | "only" | "mayFail"> {
  readonly needs?: readonly N[];
  readonly run: (context: CheckContext<N>) => Promise<void>;
}

/** Creates a check. Run it only on a target without {@link missingResources missing resources}. */
export function check<N extends ResourceName = never>({ needs = [], run, ...rest }: Definition<N>): Check {
  return {
    ...rest,
    needs,
    run: ({ version, request, resources }) => run({ version, request, ...resources } as CheckContext<N>),
  };
}

/** The resources that a check needs and the target does not provide. */
export function missingResources(target: Target, { needs }: Check): ResourceName[] {
  return needs.filter((need) => target.resources[need] === undefined);
}
