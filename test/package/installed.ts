import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const ROOT = resolve(import.meta.dirname, "../..");
const execute = promisify(execFile);

export interface InstalledPackage {
  folder: string;
  /** Path of a file of the installed package. */
  file(...path: string[]): string;
  write(name: string, text: string): Promise<string>;
  /** Runs Node in the folder and answers what it printed. */
  node(...args: string[]): Promise<string>;
  /** Runs the project's TypeScript compiler in the folder; answers its complaints, empty when there are none. */
  tsc(...args: string[]): Promise<string>;
  remove(): Promise<void>;
}

/** Packs the package as it would be published and installs it into a project of its own. */
export async function installPackage(): Promise<InstalledPackage> {
  const folder = await mkdtemp(join(tmpdir(), "a2a-peers-installed-"));
  const tarball = process.env.A2A_PEERS_TARBALL || (await pack(folder));
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "user", private: true }));
  const install = ["install", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", tarball];
  await execute("npm", install, { cwd: folder, env: npmEnvironment() });
  // What the user has beside it is linked; only the package under test is installed for real.
  for (const name of ["@types", "undici-types", "pino", "@opentelemetry"]) {
    await symlink(join(ROOT, "node_modules", name), join(folder, "node_modules", name));
  }

  return {
    folder,
    file: (...path) => join(folder, "node_modules/a2a-peers", ...path),
    async write(name, text) {
      await writeFile(join(folder, name), text);
      return join(folder, name);
    },
    node: async (...args) => (await execute(process.execPath, args, { cwd: folder })).stdout,
    async tsc(...args) {
      const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
      try {
        await execute(process.execPath, [compiler, "--pretty", "false", ...args], { cwd: folder });
        return "";
      } catch (error) {
        return (error as { stdout: string }).stdout;
      }
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

function npmEnvironment(): NodeJS.ProcessEnv {
  const { A2A_PEERS_NPM_CA_CERTS: certificates } = process.env;
  return { ...process.env, ...(certificates && { NODE_EXTRA_CA_CERTS: certificates }) };
}

async function pack(folder: string): Promise<string> {
  await execute("npm", ["pack", "--pack-destination", folder], { cwd: ROOT });
  const [tarball] = (await readdir(folder)).filter((file) => file.endsWith(".tgz"));
  if (tarball === undefined) throw new Error("npm pack made no tarball");
  return join(folder, tarball);
}
