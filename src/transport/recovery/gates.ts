import type { A2AEvent, Emit } from "../../events";
import type { Clock } from "../../runtime/clock";
import type { Call } from "../call";
import type { Failure, Result } from "../request/result";
import { createPlatformRegistry } from "../shared-by-platform";
import { createGate, type Gate, type GateOptions } from "./gate";
import type { Passage, Verdict } from "./passage";

/** Peers whose gates are kept; more that are down at once have none. */
const MAX_PEER_GATES = 1024;

/** The gates of one platform: one for itself, and one for each peer behind it that is down. */
interface PlatformGates {
  readonly platform: Gate;
  readonly peers: Map<string, Gate>;
  /** Emits to each client of the platform. */
  readonly emit: Emit<A2AEvent>;
}

/** What holds the attempts of one client back while the platform, or a peer behind it, is down. */
export interface Gates {
  /** True while the platform itself is not known to be down. */
  readonly isOpen: boolean;
  /**
   * Waits until an attempt may be made. `undefined` when nothing is down. Rejects like `call.waitFor`.
   */
  enter(
    peerId: string | undefined,
    call: Call,
    first: boolean,
  ): Promise<GatePass | { refused: Failure }> | undefined;
  /** Takes the result of an attempt that was begun at `startedAt` without a pass. */
  report(peerId: string | undefined, result: Result<unknown>, startedAt: number): void;
  close(): void;
}

/** The right to make one attempt past gates that are not open. */
export interface GatePass {
  /** Says that the attempt has a connection. */
  connected(): void;
  /** Says how the attempt ended; `undefined` for one that was cancelled. */
  end(result: Result<unknown> | undefined): void;
}

const registry = createPlatformRegistry<PlatformGates>(({ platform, peers }) => {
  for (const gate of [platform, ...peers.values()]) gate.stop();
});

export interface GatesOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly platformUrl: string;
  readonly probeIntervalMs: number;
  readonly emit: Emit<A2AEvent>;
}

/** The gates of a platform, which all clients of the process share. */
export function openGates(options: GatesOptions): Gates {
  const { value: shared, leave } = registry.join(options, (emit) => ({
    platform: createGate(gateOptions(options, emit)),
    peers: new Map(),
    emit,
  }));
  const { platform, peers } = shared;
  return {
    get isOpen() {
      return platform.isOpen;
    },
    enter(peerId, call, first) {
      const peer = peerId === undefined ? undefined : peers.get(peerId);
      if (platform.isOpen && (peer === undefined || peer.isOpen)) return undefined;
      return passGates(platform, peer, call, first);
    },
    report(peerId, result, startedAt) {
      platform.report(platformVerdict(result), startedAt);
      if (peerId === undefined || (peers.size === 0 && result.ok)) return;
      const verdict = peerVerdict(result);
      const peer =
        peers.get(peerId) ?? (typeof verdict === "object" ? addPeer(shared, options, peerId) : undefined);
      peer?.report(verdict, startedAt);
      // A gate that is open and knows of no failure is none.
      if (verdict === "up" && peer?.isOpen) peers.delete(peerId);
    },
    close: leave,
  };
}

function addPeer(shared: PlatformGates, options: GatesOptions, peerId: string): Gate | undefined {
  if (shared.peers.size >= MAX_PEER_GATES) return undefined;
  const gate = createGate(gateOptions(options, shared.emit, peerId));
  shared.peers.set(peerId, gate);
  return gate;
}

function gateOptions(options: GatesOptions, emit: Emit<A2AEvent>, peerId?: string): GateOptions {
  const { clock, random, probeIntervalMs } = options;
  const target = peerId === undefined ? {} : { peerId };
  return {
    clock,
    random,
    probeIntervalMs,
    onClosed: ({ code, summary }) => emit({ type: "recovery_gate.closed", ...target, code, reason: summary }),
    onOpened: (closedMs) => emit({ type: "recovery_gate.opened", ...target, closedMs: Math.round(closedMs) }),
  };
}

/** Passes the gate of the peer, then that of the platform. */
async function passGates(
  platform: Gate,
  peer: Gate | undefined,
  call: Call,
  first: boolean,
): Promise<GatePass | { refused: Failure }> {
  const atPeer = peer === undefined || peer.isOpen ? undefined : await peer.enter(call, first);
  if (atPeer?.kind === "refused") return { refused: atPeer.failure };
  const atPlatform = await enterPlatform(platform, atPeer, call, first);
  if (atPlatform?.kind === "refused") {
    atPeer?.end(undefined);
    return { refused: atPlatform.failure };
  }
  return {
    connected() {
      atPeer?.connected();
      atPlatform?.connected();
    },
    end(result) {
      atPeer?.end(result && peerVerdict(result));
      atPlatform?.end(result && platformVerdict(result));
    },
  };
}

async function enterPlatform(platform: Gate, atPeer: Passage | undefined, call: Call, first: boolean) {
  if (platform.isOpen) return undefined;
  try {
    return await platform.enter(call, first);
  } catch (failure) {
    atPeer?.end(undefined);
    throw failure;
  }
}

function platformVerdict(result: Result<unknown>): Verdict {
  if (result.ok) return "up";
  const { failure } = result;
  if (failure.down === "platform") return { down: failure };
  return failure.status === undefined ? "unknown" : "up";
}

/** A failure of the platform says nothing about the peer. */
function peerVerdict(result: Result<unknown>): Verdict {
  if (result.ok) return "up";
  const { failure } = result;
  if (failure.down === "peer") return { down: failure };
  return failure.down === "platform" || failure.status === undefined ? "unknown" : "up";
}
