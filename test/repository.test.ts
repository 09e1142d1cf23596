import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");
const read = (file: string): string => readFileSync(resolve(ROOT, file), "utf8");
const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };

/** The paths in backticks or links that begin with a folder of the repository, without placeholders. */
function readPaths(text: string): string[] {
  const paths = text.matchAll(/[`(]((?:src|test|examples|bench|scripts)\/[\w./-]*)[`)]/g);
  return [...paths].map(([, path = ""]) => path);
}

/** The scripts that a text runs with npm. */
function readScripts(text: string): string[] {
  const commands = text.matchAll(/npm (?:run (?:-s )?([\w:]+)|(test)\b)/g);
  return [...commands].map(([, script, test]) => script ?? test ?? "");
}

const PAGES = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  ...readdirSync(resolve(ROOT, "docs"))
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file}`),
];

/** The text of a page without its blocks of code. */
const readProse = (page: string): string => read(page).replace(/^```[\s\S]*?^```/gm, "");

/** The anchors that GitHub gives to the headings of a page. */
function readAnchors(page: string): string[] {
  const headings = [...readProse(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** The links of a page to files and headings of the repository: the file, and the anchor where there is one. */
function readLinks(page: string): { link: string; file: string; anchor: string | undefined }[] {
  const links = [...readProse(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  return links
    .filter((link) => !/^\w+:/.test(link))
    .map((link) => {
      const [path = "", anchor] = link.split("#");
      const file = path === "" ? page : relative(ROOT, resolve(ROOT, dirname(page), path));
      return { link, file, anchor };
    });
}

/** The blocks of a page in one language. */
const readBlocks = (page: string, language: string): string[] =>
  [...read(page).matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map(
    ([, code = ""]) => code,
  );

describe("the documentation", () => {
  it("names only files and folders that exist", () => {
    const paths = PAGES.flatMap((page) => readPaths(read(page)).map((path) => ({ page, path })));
    expect(paths.length).toBeGreaterThan(50);
    expect(paths.filter(({ path }) => !existsSync(resolve(ROOT, path)))).toEqual([]);
  });

  it("names only npm scripts that exist", () => {
    const names = PAGES.flatMap((page) => readScripts(read(page)).map((name) => ({ page, name })));
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter(({ name }) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  it.each(PAGES)("has links that lead to a file and a heading: %s", (page) => {
    const broken = readLinks(page).filter(
      ({ file, anchor }) =>
        !existsSync(resolve(ROOT, file)) || (anchor !== undefined && !readAnchors(file).includes(anchor)),
    );
    expect(broken).toEqual([]);
  });

  it.each(PAGES)("has headings of which each has an anchor of its own: %s", (page) => {
    const anchors = readAnchors(page);
    expect(anchors.filter((anchor, index) => anchors.indexOf(anchor) !== index)).toEqual([]);
  });

  it("has a README of at most 250 lines", () => {
    expect(read("README.md").trimEnd().split("\n").length).toBeLessThanOrEqual(250);
  });

  it.each(["README.md", "docs/README.md"])("lists every page: %s", (index) => {
    const linked = readLinks(index).map(({ file }) => file);
    const missing = PAGES.filter((page) => page.startsWith("docs/") && page !== "docs/README.md");
    expect(missing.filter((page) => !linked.includes(page))).toEqual([]);
  });

  it.each([
    ["the agent", "docs/agent.md", "ts", "createAgent("],
    ["the configuration of an MCP host", "docs/tools.md", "json", "mcpServers"],
  ])("shows %s in the README as on its page", (_, page, language, mark) => {
    const [shown] = readBlocks("README.md", language).filter((block) => block.includes(mark));
    expect(shown).toBeDefined();
    expect(readBlocks(page, language)).toContain(shown);
  });

  it("is named by the source where it stands", () => {
    const files = readdirSync(resolve(ROOT, "src"), { recursive: true, encoding: "utf8" });
    const named = files
      .filter((file) => file.endsWith(".ts"))
      .flatMap((file) => read(`src/${file}`).match(/docs\/[\w-]+\.md/g) ?? []);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((page) => !PAGES.includes(page))).toEqual([]);
  });
});

describe("the page for operators", () => {
  const page = read("docs/operations.md");
  const folder = "src/events";
  const emitted = readdirSync(resolve(ROOT, folder))
    .flatMap((file) => [...read(`${folder}/${file}`).matchAll(/^ {2}type: "([\w.]+)";$/gm)])
    .map(([, type = ""]) => type);
  const documented = [...page.matchAll(/^\| ((?:`[\w.]+`(?:, )?)+) \|/gm)]
    .flatMap(([, names = ""]) => names.split(", "))
    .map((name) => name.replaceAll("`", ""))
    .filter((name) => /^[a-z_]+\.[a-z_]+$/.test(name) && !name.endsWith(".jsonl"));

  it("lists every event once, and no other", () => {
    expect(emitted.length).toBeGreaterThan(40);
    expect(documented.toSorted()).toEqual(emitted.toSorted());
  });

  it("names the files that are stored", () => {
    const names = [...page.matchAll(/`(\.[\w.]+|\w+\.jsonl)`/g)].map(([, name = ""]) => name);
    const source = readdirSync(resolve(ROOT, "src"), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => read(`src/${file}`))
      .join("\n");
    expect(names.length).toBeGreaterThan(6);
    expect([...new Set(names)].filter((name) => !source.includes(`"${name}"`))).toEqual([]);
  });
});

describe("the page about the command", () => {
  it("shows the JSON of each command as its help does", () => {
    const folder = "src/cli/commands";
    const normalize = (text: string) => text.replaceAll("`", "").replace(/\s+/g, " ");
    const page = normalize(read("docs/command.md"));
    const shapes = readdirSync(resolve(ROOT, folder)).flatMap((file) => {
      const [, shape] = /^JSON: ([\s\S]*?)\n`;/m.exec(read(`${folder}/${file}`)) ?? [];
      return shape === undefined ? [] : [normalize(shape)];
    });
    expect(shapes.length).toBeGreaterThan(10);
    expect(shapes.filter((shape) => !page.includes(shape))).toEqual([]);
  });
});

describe("the test groups", () => {
  it("name only files and folders that exist", () => {
    const paths = [...read("vitest.config.ts").matchAll(/"(test\/[^"]+)"/g)].map(([, path = ""]) => path);
    const existing = (path: string) => existsSync(resolve(ROOT, path.replace(/\/\*\*.*$/, "")));
    expect(paths.length).toBeGreaterThan(10);
    expect(paths.filter((path) => !existing(path))).toEqual([]);
  });
});
