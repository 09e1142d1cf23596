/** What the platform says of the workspace; each part is absent when it does not say. */
export interface OwnRecord {
  status?: string | undefined;
  /** `""` when the platform has none. */
  url?: string | undefined;
  deliveryMode?: string | undefined;
}

/** The part of the last registration that the record shows. */
export interface RegisteredAddress {
  /** `""` when none was registered. */
  url: string;
  deliveryMode: "push" | "poll";
}

/** Status values that only a registration changes into `online`; beats do not. */
const UNREACHABLE = new Set(["failed", "awaiting_agent"]);

/** True for a status an operator has chosen: registering the workspace would wake it. */
export const isAtRest = (status: string | undefined): boolean =>
  status === "paused" || status === "hibernated";

/**
 * Why the registration has to be repeated, as a sentence without its full stop; `undefined` when the record of the
 * platform agrees with it. What the record leaves out differs from nothing.
 */
export function compareRecord(
  registered: RegisteredAddress,
  { status, url, deliveryMode }: OwnRecord,
): string | undefined {
  if (registered.url !== "" && registered.deliveryMode === "push" && url === "") {
    return "The platform has no URL of the workspace any more";
  }
  if (status !== undefined && UNREACHABLE.has(status)) return `The platform has the workspace as ${status}`;
  const isKnownMode = deliveryMode === "push" || deliveryMode === "poll";
  if (isKnownMode && deliveryMode !== registered.deliveryMode) {
    return `The platform has the workspace in ${deliveryMode} mode`;
  }
  return undefined;
}
