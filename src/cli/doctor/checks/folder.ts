import { constants } from "node:fs";
import { access, readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { parsePeerId } from "a2a-peers";
import { quoteForShell } from "../../shell";
import type { Facts } from "../facts";
import { isOpen } from "../find-token";
import { broken, type Finding, ok, warning } from "../finding";

/** Whether the folder for the token and other state is private and can be written. */
export async function checkFolder(facts: Facts): Promise<Finding> {
  const folder = await findFolder(facts);
  facts.folder = folder;
  let mode: number;
  try {
    const found = await stat(folder);
    if (!found.isDirectory())
      return broken(
        `${folder} is not a folder.`,
        `mv ${quoteForShell(folder)} ${quoteForShell(`${folder}.old`)}`,
      );
    ({ mode } = found);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT")
      return ok(`${folder} does not exist; it is created when something has to be stored.`);
    return broken(`${folder} cannot be read (${code}).`, `sudo chown "$(id -u)" ${quoteForShell(folder)}`);
  }
  if (!(await isWritable(folder))) {
    return broken(
      `${folder} cannot be written, so a new token would be lost.`,
      `sudo chown "$(id -u)" ${quoteForShell(folder)}`,
    );
  }
  if (isOpen(mode)) {
    return warning(
      `Other users of this machine may look into ${folder} (mode ${(mode & 0o777).toString(8)}).`,
      `chmod 700 ${quoteForShell(folder)}`,
    );
  }
  const owner = parsePeerId(await readFile(join(folder, ".workspace_id"), "utf8").catch(() => undefined));
  const isOther = owner !== null && facts.workspaceId !== undefined && owner !== facts.workspaceId;
  return ok(
    isOther
      ? `${folder} belongs to workspace ${owner}; the files of this one are in a subfolder.`
      : `${folder} is private.`,
  );
}

async function findFolder({ cli: { env } }: Facts): Promise<string> {
  const named = (env.CONFIGS_DIR ?? "").trim();
  if (named !== "") return named;
  return (await isWritable("/configs")) ? "/configs" : join(env.HOME ?? homedir(), ".molecule-workspace");
}

const isWritable = (folder: string): Promise<boolean> =>
  access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
