/** What the library calls an option or a method, and what it is called here. */
const COMMAND_WORDS: Readonly<Record<string, string>> = {
  "The option `workspaceId`": "--workspace",
  "the option `token`": "--token-file",
  "`platformUrl`": "--platform-url",
  "`workspaceId`": "--workspace",
  "`orgId`": "--org",
  "`budgetMs`": "--timeout",
  "Call client.register().": "Run `a2a-peers register`.",
  "call client.register() first": "run `a2a-peers register` first",
  "Give the client the token of this workspace.": "Set MOLECULE_WORKSPACE_TOKEN, or give --token-file.",
  "give it to this client": "set MOLECULE_WORKSPACE_TOKEN, or give --token-file",
};

/** A message of the library in the words of the command line. */
export function toCommandWords(message: string): string {
  let text = message;
  for (const [word, replacement] of Object.entries(COMMAND_WORDS)) text = text.replaceAll(word, replacement);
  return text;
}
