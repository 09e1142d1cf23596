/**
 * Rollup plugin that adds what makes a folder of the build resolvable: to the CommonJS one its kind, and to the ES
 * modules their types. Those are of the other folder: the declarations are the same, and so they are there once.
 */
export const moduleFolders = (format) => ({
  name: "module-folders",
  generateBundle(_, bundle) {
    const emit = (fileName, source) => this.emitFile({ type: "asset", fileName, source });
    if (format === "cjs") emit("package.json", '{ "type": "commonjs", "sideEffects": false }\n');
    else
      for (const { isEntry, name } of Object.values(bundle))
        if (isEntry) emit(`${name}.d.ts`, `export * from "./cjs/${name}.cjs";\n`);
  },
});
