import { randomUUID } from "node:crypto";
import { hasShape, isText, type JsonObject, parseJson } from "../json";
import type { Memory, MemoryScope } from "../model/memory";
import type { PlatformState } from "../model/state";
import { canAccess } from "../rules/access";
import { findWorkspace } from "../store";
import { toCanonicalId } from "../text";
import type { RouteContext } from "./context";

const DEFAULT_NAMESPACE = "general";
const MAX_NAMESPACE_BYTES = 50;
const MAX_RESULTS = 50;

interface WireMemory {
  content?: string | null;
  scope?: string | null;
  namespace?: string | null;
}

/** Stores a memory. Unlike the real platform it redacts no secrets in the content. */
export function commitMemory(state: PlatformState) {
  return (c: RouteContext<"/workspaces/:id/memories">): Response => {
    const workspaceId = toCanonicalId(c.req.param("id"));
    const body = parseJson(c.env.body.toString());
    if (!isWireMemory(body) || !body.content || !body.scope) {
      return c.json({ error: "invalid request body" }, 400);
    }
    const { content, scope } = body;
    if (!isScope(scope)) return c.json({ error: "scope must be LOCAL, TEAM, or GLOBAL" }, 400);
    const namespace = body.namespace || DEFAULT_NAMESPACE;
    if (Buffer.byteLength(namespace) > MAX_NAMESPACE_BYTES) {
      return c.json({ error: "namespace must be <= 50 characters" }, 400);
    }
    const isChild = (findWorkspace(state, workspaceId)?.parentId ?? null) !== null;
    if (scope === "GLOBAL" && isChild) {
      return c.json({ error: "only root workspaces can write GLOBAL memories" }, 403);
    }
    const memory = { id: randomUUID(), workspaceId, content, scope, namespace, createdAt: state.timestamp() };
    state.memories.push(memory);
    return c.json({ id: memory.id, scope, namespace }, 201);
  };
}

function isWireMemory(body: unknown): body is WireMemory {
  return hasShape(body, { content: isText, scope: isText, namespace: isText });
}

const isScope = (scope: string): scope is MemoryScope =>
  scope === "LOCAL" || scope === "TEAM" || scope === "GLOBAL";

/** Lists memories, newest first. Each word of `q` has to occur; the real platform also finds other forms of a word. */
export function searchMemories(state: PlatformState) {
  return (c: RouteContext<"/workspaces/:id/memories">): Response => {
    const workspaceId = toCanonicalId(c.req.param("id"));
    const { q = "", scope = "", namespace = "", limit = "" } = c.req.query();
    const words = q.toLowerCase().split(/\s+/);
    const found = state.memories
      .filter((memory) => isInScope(state, workspaceId, memory, scope))
      .filter((memory) => namespace === "" || memory.namespace === namespace)
      .filter(({ content }) => words.every((word) => content.toLowerCase().includes(word)))
      .toReversed();
    return c.json(found.slice(0, parseLimit(limit)).map(toWireMemory));
  };
}

function parseLimit(text: string): number {
  const limit = Number.parseInt(text, 10);
  return limit > 0 && limit < MAX_RESULTS ? limit : MAX_RESULTS;
}

/** Without a known scope: all that the workspace itself has stored. */
function isInScope(state: PlatformState, workspaceId: string, memory: Memory, scope: string): boolean {
  if (scope === "GLOBAL") return memory.scope === "GLOBAL";
  if (scope === "TEAM") return memory.scope === "TEAM" && isInTeam(state, workspaceId, memory.workspaceId);
  return memory.workspaceId === workspaceId && (scope !== "LOCAL" || memory.scope === "LOCAL");
}

/** A team is a parent with its children, without those that were removed. */
function isInTeam(state: PlatformState, workspaceId: string, authorId: string): boolean {
  const leadId = findWorkspace(state, workspaceId)?.parentId ?? workspaceId;
  const author = findWorkspace(state, authorId);
  if (author === undefined || author.status === "removed") return false;
  return (author.id === leadId || author.parentId === leadId) && canAccess(state, workspaceId, authorId);
}

/** What all workspaces can read is marked, so that a model does not take it for instructions. */
function toWireMemory({ id, workspaceId, content, scope, namespace, createdAt }: Memory): JsonObject {
  const isGlobal = scope === "GLOBAL";
  return {
    id,
    workspace_id: workspaceId,
    content: isGlobal ? `[MEMORY id=${id} scope=GLOBAL from=${workspaceId}]: ${content}` : content,
    scope,
    namespace,
    created_at: createdAt,
  };
}

/** Deletes a memory of the workspace. */
export function deleteMemory(state: PlatformState) {
  return (c: RouteContext<"/workspaces/:id/memories/:memory_id">): Response => {
    const workspaceId = toCanonicalId(c.req.param("id"));
    const memoryId = c.req.param("memory_id").toLowerCase();
    const index = state.memories.findIndex(
      (memory) => memory.id === memoryId && memory.workspaceId === workspaceId,
    );
    if (index < 0) return c.json({ error: "memory not found or not owned by this workspace" }, 404);
    state.memories.splice(index, 1);
    return c.json({ status: "deleted" });
  };
}
