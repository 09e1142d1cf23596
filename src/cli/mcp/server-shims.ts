// Stands in the build for what the MCP server takes from its module `_shims`, which brings a validator of JSON Schema,
// a third of the command, for the answers to forms that a server shows its user. This one shows none.

export { default as process } from "node:process";

/** Validates nothing. The server makes one when it is created, and asks it only about the answers to forms. */
export function DefaultJsonSchemaValidator(): { getValidator(): never } {
  return {
    getValidator() {
      throw new Error("This server shows no forms.");
    },
  };
}
