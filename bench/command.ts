import { cpus } from "node:os";

/** The sections that `--only` names, separated by commas, in the order of `all`. Throws for an unknown name. */
export function chooseSections<S extends { readonly name: string }>(
  all: readonly S[],
  only: string | undefined,
): readonly S[] {
  if (only === undefined) return all;
  const names = only.split(",");
  const unknown = names.find((name) => !all.some((section) => section.name === name));
  if (unknown !== undefined) {
    throw new Error(`Unknown section \`${unknown}\`, known are ${all.map(({ name }) => name).join(", ")}`);
  }
  return all.filter(({ name }) => names.includes(name));
}

/** What was measured on what. */
export const describeRun = (version: string): string =>
  `a2a-peers ${version}, Node ${process.version}, ${process.platform}, ${cpus().length} cores`;
