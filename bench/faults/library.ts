import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** The entries of the built package. */
export interface Library {
  readonly version: string;
  readonly main: typeof import("a2a-peers");
  readonly heartbeat: typeof import("a2a-peers/heartbeat");
  readonly inbox: typeof import("a2a-peers/inbox");
  readonly testing: typeof import("a2a-peers/testing");
}

/** The URL of a built entry, for an import. */
const entryUrl = (folder: string, entry: string): string =>
  pathToFileURL(resolve(folder, "dist", `${entry}.js`)).href;

/** Loads the build in a folder of the package. Throws when there is none. */
export async function loadLibrary(folder: string): Promise<Library> {
  if (!existsSync(join(folder, "dist/index.js"))) {
    throw new Error(`Expected a build in \`${join(folder, "dist")}\`: run \`npm run build\` first`);
  }
  const [main, heartbeat, inbox, testing] = await Promise.all(
    ["index", "heartbeat", "inbox", "testing"].map((entry) => import(entryUrl(folder, entry))),
  );
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return { version, main, heartbeat, inbox, testing };
}
