import { transform } from "esbuild";
import { parseAst } from "rollup/parseAst";

const MODULE_ONLY = new Set(["ImportDeclaration", "ExportNamedDeclaration", "ExportAllDeclaration"]);

/**
 * Shortens the names of parameters and of what is declared within functions. The names that a module declares stay, so
 * that stack traces can be read: esbuild leaves them alone in a script, so the body of the module is given to it as one.
 */
export async function shortenLocals(code) {
  const around = [];
  const exported = [];
  let body = "";
  let end = 0;
  for (const node of parseAst(code).body) {
    if (!MODULE_ONLY.has(node.type)) continue;
    body += code.slice(end, node.start);
    end = node.end;
    if (node.declaration) {
      body += code.slice(node.declaration.start, node.end);
      exported.push(...namesOf(node.declaration));
    } else around.push(code.slice(node.start, node.end));
  }
  body += code.slice(end);
  const { code: shortened } = await transform(body, { minify: true, target: "node20" });
  return `${around.join("\n")}\n${shortened}\nexport { ${exported.join(", ")} };\n`;
}

const namesOf = ({ id, declarations }) =>
  (id ? [id] : declarations.map(({ id }) => id)).map(({ name }) => name);
