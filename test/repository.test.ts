import { existsSync, readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
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

describe("the documentation", () => {
  it.each(["README.md", "CONTRIBUTING.md"])("names only files and folders that exist: %s", (file) => {
    const paths = readPaths(read(file));
    expect(paths.length).toBeGreaterThan(0);
    expect(paths.filter((path) => !existsSync(resolve(ROOT, path)))).toEqual([]);
  });

  it.each(["README.md", "CONTRIBUTING.md"])("names only npm scripts that exist: %s", (file) => {
    const names = readScripts(read(file));
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
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

describe("the picture of the layers", () => {
  it("shows every layer", () => {
    const [, picture = ""] = /^```\n([\s\S]*?)^```/m.exec(read("CONTRIBUTING.md")) ?? [];
    const layers = readdirSync(resolve(ROOT, "src")).map((name) => name.replace(/\.ts$/, ""));
    const shown = new Set(picture.match(/[\w-]+/g));
    expect(layers.filter((layer) => !shown.has(layer))).toEqual([]);
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
