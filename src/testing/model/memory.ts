export type MemoryScope = "LOCAL" | "TEAM" | "GLOBAL";

/** A memory of a workspace as the platform stores it. */
export interface Memory {
  readonly id: string;
  readonly workspaceId: string;
  readonly content: string;
  readonly scope: MemoryScope;
  readonly namespace: string;
  readonly createdAt: string;
}
