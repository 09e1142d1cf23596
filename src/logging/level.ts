/** How much an event matters: `error` asks for an operator now, `warn` when it repeats, the others for nobody. */
export type Level = "debug" | "info" | "warn" | "error";
