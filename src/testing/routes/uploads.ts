import { randomBytes } from "node:crypto";
import type { PlatformState } from "../model/state";
import type { Workspace } from "../model/workspace";
import { findWorkspace } from "../store";
import type { RouteContext } from "./context";

const MEBIBYTE = 1024 * 1024;
const MAX_FILE_BYTES = 25 * MEBIBYTE;
const MAX_BODY_BYTES = 50 * MEBIBYTE;

const FOLDER = "/workspace/.molecule/chat-uploads";

type FormFile = Exclude<ReturnType<FormData["get"]>, string | null>;

/** Stores the files of a chat, where the workspace has a container for them or the platform needs none. */
export function uploadFiles(state: PlatformState) {
  return async (c: RouteContext<"/workspaces/:id/chat/uploads">): Promise<Response> => {
    const form = await parseForm(c.env.body, c.req.header("content-type"));
    if (form === undefined) return c.json({ error: "failed to parse multipart form" }, 400);
    const files = form.getAll("files").filter((part): part is FormFile => typeof part !== "string");
    if (files.length === 0) return c.json({ error: "expected at least one 'files' field" }, 400);
    const workspace = findWorkspace(state, c.req.param("id"));
    if (workspace === undefined || (state.uploads === "containers" && !hasContainer(workspace))) {
      return c.json({ error: "workspace container not running" }, 503);
    }
    const tooLarge = files.find(({ size }) => size > MAX_FILE_BYTES);
    if (tooLarge !== undefined) {
      return c.json({ error: `${tooLarge.name} exceeds per-file limit (25 MB)` }, 413);
    }
    const stored = await Promise.all(files.map(storeFile));
    workspace.uploads.push(...stored);
    return c.json({ files: stored.map(({ bytes, ...file }) => ({ ...file, size: bytes.length })) });
  };
}

/** An agent with a URL of its own, or without any, runs outside the platform. */
const hasContainer = ({ reply, url }: Workspace): boolean => reply !== null && url === null;

async function parseForm(body: Buffer, type = ""): Promise<FormData | undefined> {
  if (body.length > MAX_BODY_BYTES) return undefined;
  try {
    return await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData();
  } catch {
    return undefined;
  }
}

async function storeFile(file: FormFile): Promise<Workspace["uploads"][number]> {
  const name = toSafeName(file.name);
  return {
    uri: `workspace:${FOLDER}/${randomBytes(16).toString("hex")}-${name}`,
    name,
    mimeType: file.type,
    bytes: new Uint8Array(await file.arrayBuffer()),
  };
}

/** The last part of a path, with underscores for what is no letter, digit, dot, dash or underscore. */
function toSafeName(name: string): string {
  const base = (name.split(/[/\\]/).at(-1) ?? "").replace(/[^A-Za-z0-9._-]/g, "_");
  return base === "" || base === "." || base === ".." ? "file" : base;
}
