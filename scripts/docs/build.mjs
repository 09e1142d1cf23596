// What `npm run docs` runs: the site, in the folder `site`. With `--check` everything is checked and nothing is written.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Application, KindRouter, ReflectionKind } from "typedoc";
import { stagePages } from "./stage.mjs";

const ROOT = resolve(import.meta.dirname, "../..");
const OUT = join(ROOT, "site");
/** The sources of the entries, as the compiler finds them. */
const { compilerOptions } = JSON.parse(await readFile(join(ROOT, "tsconfig.json"), "utf8"));
const ENTRIES = Object.values(compilerOptions.paths).flat();

/** Types of frameworks and specifications, which say what their fields are. */
const DEFINED_ELSEWHERE = [
  "AISDKTool",
  "JsonSchema",
  "LangChainTool",
  "McpHandlers",
  "McpRequestContext",
  "McpTool",
  "McpToolResult",
  "PropertySchema",
  "ToolInputSchema",
];

/** Pages are named by their files, so that a changed heading breaks no link. */
class PageRouter extends KindRouter {
  getIdealBaseName(reflection) {
    return reflection.isDocument()
      ? `pages/${reflection.frontmatter.slug}`
      : super.getIdealBaseName(reflection);
  }
}

/** What needs no docstring: fields that are defined elsewhere, and those of one value, which tell a union's members apart. */
function namesWithoutDocs(project) {
  const fields = project.getReflectionsByKind(ReflectionKind.Property).filter((field) => !field.hasComment());
  const isClear = (field) =>
    field.type?.type === "literal" || isWithin(field, ({ name }) => DEFINED_ELSEWHERE.includes(name));
  // TypeDoc asks for none within parameters, and complains about names that it does not ask for.
  const isAsked = (field) => !isWithin(field, (each) => each.kindOf(ReflectionKind.Parameter));
  const names = fields
    .filter((field) => isClear(field) && isAsked(field))
    .map((field) => field.getFriendlyFullName());
  return new Set(names);
}

function isWithin({ parent }, matches) {
  return parent !== undefined && (matches(parent) || isWithin(parent, matches));
}

async function build({ readme, documents, groups }) {
  const app = await Application.bootstrap({
    router: "pages",
    name: "a2a-peers",
    includeVersion: true,
    entryPoints: ENTRIES.map((path) => join(ROOT, path)),
    sortEntryPoints: false,
    kindSortOrder: [
      "Document",
      "Module",
      "Function",
      "Class",
      "Interface",
      "TypeAlias",
      "Variable",
      "Reference",
    ],
    defaultCategory: "API",
    categoryOrder: [...groups, "API"],
    navigation: { includeCategories: true, includeFolders: false },
    highlightLanguages: ["bash", "javascript", "json", "toml", "typescript"],
    tsconfig: join(ROOT, "tsconfig.json"),
    // `npm run types` checks them.
    skipErrorChecking: true,
    disableSources: true,
    excludeInternal: true,
    // Defaults are sentences as often as values.
    jsDocCompatibility: { defaultTag: false },
    readme,
    projectDocuments: documents,
    sluggerConfiguration: { lowercase: true },
    searchInComments: true,
    searchInDocuments: true,
    searchGroupBoosts: { Documents: 3 },
    customCss: join(import.meta.dirname, "style.css"),
    hideGenerator: true,
    treatWarningsAsErrors: true,
    validation: {
      invalidLink: true,
      invalidPath: true,
      notDocumented: true,
      notExported: true,
      rewrittenLink: true,
    },
  });
  app.renderer.defineRouter("pages", PageRouter);
  const project = await app.convert();
  if (project === undefined) return false;
  app.options.getValue("intentionallyNotDocumented").push(...namesWithoutDocs(project));
  app.validate(project);
  if (!process.argv.includes("--check")) await app.generateDocs(project, OUT);
  return !app.logger.hasErrors() && !app.logger.hasWarnings();
}

const staged = await mkdtemp(join(tmpdir(), "a2a-peers-docs-"));
try {
  if (!(await build(await stagePages(ROOT, staged)))) process.exitCode = 1;
} finally {
  await rm(staged, { recursive: true, force: true });
}
