// Writes the pages of the site as TypeDoc reads them: the Markdown of the repository, and the sources of the examples.
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, posix } from "node:path";

/** Lists the pages below headings: their order and groups are those of the navigation. */
const INDEX = "docs/README.md";
/** The page that has the sources of the examples as pages below it. */
const EXAMPLES = "docs/examples.md";

/** Writes all pages to `folder`, as they lie in `root`. Resolves to the start page, the documents and their groups, in order. */
export async function stagePages(root, folder) {
  const read = (page) => readFile(join(root, page), "utf8");
  const write = async (page, text) => {
    await mkdir(dirname(join(folder, page)), { recursive: true });
    await writeFile(join(folder, page), text);
  };

  const groups = readGroups(await read(INDEX));
  const documents = [...groups.keys()];
  const examples = linkedFiles(EXAMPLES, await read(EXAMPLES)).filter((file) => file.startsWith("examples/"));
  const titles = new Map([["README.md", "Start page"]]);
  for (const page of documents) titles.set(page, readTitle(page, await read(page)));

  const site = { titles, examples };
  await write("README.md", toSiteLinks("README.md", await read("README.md"), site).replace(/^# .*$/m, ""));
  for (const page of documents) {
    const front = { title: titles.get(page), slug: slugOf(page), category: groups.get(page) };
    if (page === EXAMPLES) front.children = examples.map((file) => `../${file}.md`);
    await write(page, withFront(front, toSiteLinks(page, await read(page), site)));
  }
  for (const page of titles.keys()) {
    for (const image of linkedImages(page, await read(page)))
      await copyFile(join(root, image), join(folder, image));
  }
  for (const file of examples) await write(`${file}.md`, toSourcePage(file, await read(file)));
  return {
    readme: join(folder, "README.md"),
    documents: documents.map((page) => join(folder, page)),
    groups: [...new Set(groups.values())],
  };
}

const isPage = (file) => file.endsWith(".md");
const slugOf = (page) => (page === INDEX ? "pages" : posix.basename(page, ".md").toLowerCase());
const readTitle = (page, text) => /^# (.+)$/m.exec(text)?.[1] ?? page;

/** Each page with the heading below which the index links to it. The index is the first of its first group. */
function readGroups(index) {
  const groups = new Map();
  for (const section of index.split(/^## /m).slice(1)) {
    const heading = section.split("\n", 1)[0];
    if (groups.size === 0) groups.set(INDEX, heading);
    for (const file of linkedFiles(INDEX, section)) {
      if (isPage(file) && file !== "README.md" && !groups.has(file)) groups.set(file, heading);
    }
  }
  return groups;
}

/** The file in the repository that a relative link of a page leads to; `undefined` for another link. */
function resolveLink(page, link) {
  if (/^(\w+:|#)/.test(link)) return undefined;
  return posix.join(posix.dirname(page), link.replace(/#.*$/, ""));
}

function linkedFiles(page, text) {
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => resolveLink(page, link));
  return [...new Set(links.filter((file) => file !== undefined))];
}

const linkedImages = (page, text) =>
  [...text.matchAll(/!\[[^\]]*\]\(([^)\s]+)\)/g)].map(([, link]) => resolveLink(page, link)).filter(Boolean);

/** Links of a page for the site. Code stays as it is; TypeDoc takes a block without a language for TypeScript. */
function toSiteLinks(page, text, site) {
  const blocks = text.split(/(^```[\s\S]*?^```)/m);
  return blocks
    .map((block, at) =>
      at % 2 === 1 ? block.replace(/^```\n/, "```text\n") : replaceLinks(page, block, site),
    )
    .join("");
}

/** Examples are pages, other sources are none, and a page that is called by its file gets the name of its title. */
function replaceLinks(page, text, { titles, examples }) {
  return text.replace(/(?<!!)\[([^\]]*)\]\(([^)\s]+)\)/g, (whole, label, link) => {
    const file = resolveLink(page, link);
    if (file === undefined) return whole;
    if (examples.includes(file)) return `[${label}](${link}.md)`;
    if (!titles.has(file)) return label;
    return link.startsWith(label) || file === label ? `[${titles.get(file)}](${link})` : whole;
  });
}

function withFront(fields, text) {
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return `---\n${lines.join("\n")}\n---\n\n${text}`;
}

function toSourcePage(file, source) {
  const name = posix.basename(file);
  const front = { title: name, slug: `example-${name.replace(/\.\w+$/, "")}` };
  return withFront(front, `# ${name}\n\n\`\`\`ts\n${source}\`\`\`\n`);
}
