import type { TestPlatform } from "a2a-peers/testing";
import type { Ask, Party } from "./ask";

export type Version = "2026-04" | "2026-05";
export type DeployMode = "self-hosted" | "saas";

/** What a check may ask for. Not every platform can be given all of it. */
export interface Given {
  readonly self: Party;
  /** Id of a workspace that `self` may talk to, and that may be sent messages. */
  readonly peer: string;
  readonly peerToken: string;
  /** Id of a workspace that `self` may not talk to. */
  readonly stranger: string;
  readonly adminToken: string;
  readonly orgId: string;
  /** A workspace that may be registered, wedged and written to: a new one each time where that is possible. */
  readonly scratch: () => Party;
  /** The platform may be left with workspaces that nobody needs. */
  readonly changes: true;
  /** A platform whose allowance of requests may be used up. */
  readonly limited: Ask;
  readonly selfHosted: true;
  readonly saas: true;
  /** The platform itself, to bring a workspace into a state that no request can. */
  readonly embedded: TestPlatform;
}

export type Need = keyof Given;

/** The platform under test, and what is known of it. */
export interface World {
  readonly version: Version;
  readonly ask: Ask;
  readonly given: Partial<Given>;
}

/** What a check gets: all that it asked for. */
export type Scene<N extends Need> = Pick<World, "ask" | "version"> & Pick<Given, N>;

export interface Check {
  /** The topic and a name, for example `register.first-token`. */
  readonly id: string;
  /** What the platform does, as a sentence. */
  readonly title: string;
  readonly needs: readonly Need[];
  /** The only version with this rule; the other one is not asked. */
  readonly only?: Version;
  /** Why a platform of either version may fail it all the same. */
  readonly mayFail?: string;
  /** Rejects with what the platform did instead. */
  run(world: World): Promise<void>;
}

interface Definition<N extends Need> extends Pick<Check, "id" | "title" | "only" | "mayFail"> {
  readonly needs?: readonly N[];
  readonly run: (scene: Scene<N>) => Promise<void>;
}

/** Makes a check. It runs only in a world where nothing is {@link missingIn missing}. */
export function check<N extends Need = never>({ needs = [], run, ...rest }: Definition<N>): Check {
  return {
    ...rest,
    needs,
    run: ({ version, ask, given }) => run({ version, ask, ...given } as Scene<N>),
  };
}

/** What a check needs and the world does not have. */
export function missingIn(world: World, { needs }: Check): Need[] {
  return needs.filter((need) => world.given[need] === undefined);
}
