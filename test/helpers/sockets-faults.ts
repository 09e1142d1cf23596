import { gzipSync } from "node:zlib";
import { type Fault, type FaultKind, startPlatform } from "a2a-peers/testing";
import { answerBytes, rawServer, replyJson, type Script, unusedPort } from "./sockets-server";

/** A server with a fault. */
interface Site extends AsyncDisposable {
  readonly url: string;
  readonly workspaceId?: string;
  readonly token?: string;
  readonly peerId?: string;
  /** Completely received sends. */
  complete(): number;
}

/** Starts a site; `elsewhere` is another origin, for redirects. */
export type MakeSite = (elsewhere: string) => Promise<Site>;

/** The embedded platform with a fault on the message route. */
export function platformWith(fault: Fault | ((elsewhere: string) => Fault)): MakeSite {
  return async (elsewhere) => {
    const platform = await startPlatform();
    const me = platform.addWorkspace();
    const peer = platform.addWorkspace({ reply: () => "ok" });
    platform.fail("POST /workspaces/:id/a2a", typeof fault === "function" ? fault(elsewhere) : fault);
    return {
      url: platform.url,
      workspaceId: me.id,
      token: me.token ?? "",
      peerId: peer.id,
      complete: () => platform.requests.length,
      [Symbol.asyncDispose]: platform.close,
    };
  };
}

export const kind = (name: FaultKind): MakeSite => platformWith({ kind: name });

/** A 200 with this body and these headers. */
export const content = (body: unknown, headers: Record<string, string> = {}): MakeSite =>
  platformWith({ status: 200, headers: { "content-type": "application/json", ...headers }, body });

/** A server that follows a script below HTTP. `urlOf` changes the URL of the client. */
export function raw(script: Script, options: RawOptions = {}): MakeSite {
  return async () => {
    const server = await rawServer(script, options);
    return {
      url: options.urlOf?.(server.port) ?? server.url,
      complete: () => server.complete,
      [Symbol.asyncDispose]: server.close,
    };
  };
}

interface RawOptions {
  tls?: boolean;
  host?: string;
  urlOf?: (port: number) => string;
}

/** Writes these bytes after the whole request, then closes the connection. */
export const rawAnswer = (bytes: string | Uint8Array): MakeSite =>
  raw({ onRequest: (socket) => socket.end(bytes, "latin1") });

export const nowhere =
  (url: (port: number) => string): MakeSite =>
  async () => ({
    url: url(await unusedPort()),
    complete: () => 0,
    [Symbol.asyncDispose]: async () => undefined,
  });

export const redirect = (status: number, location: string | ((elsewhere: string) => string)): MakeSite =>
  platformWith((elsewhere) => ({
    status,
    headers: { location: typeof location === "string" ? location : location(elsewhere) },
    body: "",
  }));

const OK = replyJson("ok");
export const LAYERS = ["gzip", "gzip", "gzip"];
export const layered = (): Buffer => LAYERS.reduce<Buffer>((body) => gzipSync(body), Buffer.from(OK));

export { answerBytes, OK };
