import type { JsonSchema } from "../tool";

/** The arguments of a tool as frameworks hand them over. */
export type ToolInput = Record<string, unknown>;

/** A schema of the Standard Schema specification, version 1, that also gives itself as JSON Schema. */
export interface ToolInputSchema {
  /** What the specification asks for. */
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly types?: { readonly input: ToolInput; readonly output: ToolInput } | undefined;
    readonly validate: (value: unknown) => { readonly value: ToolInput; readonly issues?: undefined };
    readonly jsonSchema: {
      readonly input: () => Record<string, unknown>;
      readonly output: () => Record<string, unknown>;
    };
  };
}

/**
 * The schema of a tool for frameworks. It lets every value pass: the tool checks its arguments itself, and its text
 * tells the model what is wrong, which the frameworks' own messages do not.
 */
export function toStandardSchema(schema: JsonSchema): ToolInputSchema {
  const copy = () => structuredClone(schema);
  return {
    "~standard": {
      version: 1,
      vendor: "a2a-peers",
      validate: (value) => ({ value: value as ToolInput }),
      jsonSchema: { input: copy, output: copy },
    },
  };
}
