// What the release workflow runs before it publishes: npx tsx scripts/check-release.ts v1.2.3
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** What a release is made of, as it lies in the repository. */
export interface Release {
  /** Name of the tag, such as `v1.2.3`. */
  tag: string;
  /** The parsed package.json. */
  manifest: { version: string; repository?: unknown; publishConfig?: { provenance?: boolean } };
  /** The parsed package-lock.json. */
  lockfile: { version: string };
  /** The text of CHANGELOG.md. */
  changelog: string;
}

/** Why the release must not be published, as sentences; none when it may be. */
export function findReleaseProblems({ tag, manifest, lockfile, changelog }: Release): string[] {
  const { version, repository, publishConfig } = manifest;
  const problems: string[] = [];
  if (tag !== `v${version}`) problems.push(`The tag is ${tag}, and package.json says ${version}.`);
  if (lockfile.version !== version) {
    problems.push(`package-lock.json says ${lockfile.version}, and package.json ${version}.`);
  }
  if (repository === undefined) {
    problems.push("package.json has no repository, with which npm compares where the provenance comes from.");
  }
  if (publishConfig?.provenance !== true)
    problems.push("publishConfig of package.json does not ask for provenance.");
  if (!changelog.includes(`\n## [${version}] - `)) {
    problems.push(`CHANGELOG.md has no section for ${version} with a date.`);
  }
  return problems;
}

function main(tag: string | undefined): void {
  if (tag === undefined) throw new Error("Expected the name of a tag, such as v1.2.3.");
  const read = (file: string) => readFileSync(resolve(import.meta.dirname, "..", file), "utf8");
  const manifest = JSON.parse(read("package.json"));
  const lockfile = JSON.parse(read("package-lock.json"));
  const problems = findReleaseProblems({ tag, manifest, lockfile, changelog: read("CHANGELOG.md") });
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main(process.argv[2]);
